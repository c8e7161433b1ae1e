import { html } from './ui/html.js'
import { Id } from './ui/parts.js'
import { request } from './ui/problem.js'
import { Empty, useSearch } from './table.js'

/** Who is told of what. */
export function Subscriptions({ overview, tell }) {
  const { subscriptions, notificationsSent } = overview
  const [shown, field] = useSearch(subscriptions, ({ id, kind, mailbox, owner }) => [
    id,
    kind,
    mailbox,
    owner,
  ])
  async function lose() {
    if (!confirm(`Lose ${subscriptions.length} subscriptions, as a restart of the server does?`)) return
    try {
      await request('/control/subscriptions/lose', { method: 'POST' })
      tell({ text: `${subscriptions.length} subscriptions are lost. Their clients are not told.` })
    } catch (error) {
      tell({ problem: error.problem })
    }
  }
  if (subscriptions.length === 0) {
    return html`<${Empty} title="Nobody is subscribed">
      A client that calls Subscribe appears here, until it ends the subscription or stops answering.
    <//>`
  }
  return html`<section>
    <div class="bar">
      ${field}
      <span class="quiet small">${notificationsSent} notifications posted</span>
      <button type="button" class="button danger" onClick=${() => void lose()}>Lose all</button>
    </div>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Kind</th>
            <th>Mailbox</th>
            <th class="wide">Owner</th>
            <th>Id</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ id, kind, mailbox, owner }) =>
              html`<tr key=${id}>
                <td>${kind}</td>
                <td>${mailbox}</td>
                <td class="wide quiet">${owner}</td>
                <td><${Id} id=${id} /></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
