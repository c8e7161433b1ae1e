import { useEffect, useState } from 'preact/hooks'
import { html } from './ui/html.js'
import { request } from './ui/problem.js'
import { Empty, useSearch } from './table.js'

/** Every mail that Exchange would have sent. */
export function Mails({ overview, tell }) {
  const [mails, setMails] = useState()
  useEffect(() => {
    request('/control/mails').then(
      (all) => setMails(all.reverse()),
      ({ problem }) => tell({ problem }),
    )
  }, [overview.mails])
  const [shown, field] = useSearch(mails ?? [], Object.values)
  if (!mails) return undefined
  if (mails.length === 0) {
    return html`<${Empty} title="No mail would have been sent">
      Invitations, updates, cancellations and answers appear here. None of them leaves the simulator.
    <//>`
  }
  return html`<section>
    <div class="bar">${field}<span class="quiet small">${mails.length} would have been sent</span></div>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Time</th>
            <th>Kind</th>
            <th>To</th>
            <th>Subject</th>
            <th class="wide">From</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ time, kind, to, subject, from }) =>
              html`<tr>
                <td class="quiet"><time title=${time}>${time.slice(11, 19)}</time></td>
                <td>${kind}</td>
                <td>${to}</td>
                <td>${subject}</td>
                <td class="wide quiet">${from}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
