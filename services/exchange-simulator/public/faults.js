import { useState } from 'preact/hooks'
import { html } from './ui/html.js'
import { request } from './ui/problem.js'
import { faultKinds, optionsOf } from './fault-kinds.js'

/** Switches for everything that can go wrong on demand, with how often each struck. */
export function Faults({ overview, tell }) {
  const { faults, calls, mailboxes } = overview
  const [scope, setScope] = useState({ operation: '', mailbox: '', times: '' })
  async function act(what) {
    try {
      await what()
    } catch (error) {
      tell({ problem: error.problem })
    }
  }
  const end = (ids) =>
    act(() => Promise.all(ids.map((id) => request(`/control/faults/${id}`, { method: 'DELETE' }))))
  const add = (kind, typed) => {
    const scoped = kind.startsWith('notification') ? { ...scope, operation: '' } : scope
    return act(() =>
      request('/control/faults', { method: 'POST', body: optionsOf(kind, { ...typed, ...scoped }) }),
    )
  }
  return html`<section class="faults">
    <div class="bar">
      <b>Strike</b>
      <${Scope} scope=${scope} onChange=${setScope} operations=${Object.keys(calls)} mailboxes=${mailboxes} />
      <span class="grow"></span>
      ${
        faults.active.length > 0 &&
        html`<button
          type="button"
          class="button"
          onClick=${() => act(() => request('/control/faults', { method: 'DELETE' }))}
        >
          End all ${faults.active.length}
        </button>`
      }
    </div>
    <div class="groups">
      ${faultKinds.map(
        ({ title, kinds }) =>
          html`<fieldset key=${title}>
            <legend>${title}</legend>
            ${kinds.map(
              ([kind, word, fields]) =>
                html`<${Switch}
                  key=${kind}
                  kind=${kind}
                  word=${word}
                  fields=${fields}
                  active=${faults.active.filter((fault) => fault.kind === kind)}
                  struck=${faults.counts[kind] ?? 0}
                  onAdd=${add}
                  onEnd=${end}
                />`,
            )}
          </fieldset>`,
      )}
    </div>
    <${Server} tell=${tell} overview=${overview} act=${act} />
  </section>`
}

function Scope({ scope, onChange, operations, mailboxes }) {
  const set = (name) => (event) => onChange({ ...scope, [name]: event.target.value })
  return html`<label class="labelled"
      ><span class="visually-hidden">Operation</span>
      <select class="input bare" value=${scope.operation} onChange=${set('operation')}>
        <option value="">every operation</option>
        ${operations.sort().map((name) => html`<option>${name}</option>`)}
      </select></label
    >
    <label class="labelled"
      >of
      <select class="input bare" value=${scope.mailbox} onChange=${set('mailbox')}>
        <option value="">every mailbox</option>
        ${mailboxes.slice(0, 200).map(({ address }) => html`<option>${address}</option>`)}
      </select></label
    >
    <label class="labelled"
      ><input
        class="input narrow"
        inputmode="numeric"
        placeholder="any"
        value=${scope.times}
        onInput=${set('times')}
      />
      times</label
    >`
}

function Switch({ kind, word, fields, active, struck, onAdd, onEnd }) {
  const [typed, setTyped] = useState(() => Object.fromEntries(fields.map(([name, , first]) => [name, first])))
  const isOn = active.length > 0
  return html`<div class=${`switch ${isOn ? 'on' : ''}`}>
    <label class="check">
      <input
        type="checkbox"
        role="switch"
        checked=${isOn}
        onChange=${() => (isOn ? onEnd(active.map(({ id }) => id)) : onAdd(kind, typed))}
      />
      <span>${word}</span>
    </label>
    <span class=${`struck small ${struck > 0 ? '' : 'quiet'}`}
      >${struck > 0 ? `struck ${struck}×` : 'never struck'}</span
    >
    ${isOn && html`<span class="more small">${active.map(activeText).join('; ')}</span>`}
    ${
      !isOn &&
      fields.length > 0 &&
      html`<span class="more">
        ${fields.map(
          ([name, hint]) =>
            html`<label class=${`labelled small quiet ${name === 'code' ? 'code' : ''}`}
              ><input
                class=${`input ${name === 'code' ? '' : 'narrow'}`}
                aria-label=${hint}
                value=${typed[name]}
                onInput=${(event) => setTyped({ ...typed, [name]: event.target.value })}
              />
              ${name === 'code' ? '' : hint}</label
            >`,
        )}
      </span>`
    }
  </div>`
}

function activeText({ id: _id, kind: _kind, hits, operation, mailbox, times, ...settings }) {
  const how = Object.entries(settings).map(([name, value]) => `${name} ${settingText(value)}`)
  const where = [operation ?? 'every operation', mailbox && `of ${mailbox}`].filter(Boolean).join(' ')
  return [...how, where, times && `${hits} of ${times}`].filter(Boolean).join(', ')
}

function settingText(value) {
  return typeof value === 'object' ? Object.values(value).join('…') : String(value)
}

function Server({ overview, tell, act }) {
  const items = overview.mailboxes.reduce((sum, { items }) => sum + items, 0)
  const restart = () =>
    act(async () => {
      await request('/control/restart', { method: 'POST', body: { downMs: 3_000 } })
      tell({ text: 'The EWS endpoint is down for 3 s. All subscriptions are lost.' })
    })
  const reset = () => {
    const what = `Go back to the state of the start? ${items} items are deleted, ${overview.faults.active.length} faults end. This cannot be undone.`
    if (!confirm(what)) return
    void act(async () => {
      await request('/control/reset', { method: 'POST' })
      tell({ text: 'The simulator is as it was at its start.' })
    })
  }
  return html`<div class="bar">
    <button type="button" class="button" onClick=${() => void restart()}>Restart now (3 s)</button>
    <button type="button" class="button danger" onClick=${reset}>Reset everything…</button>
  </div>`
}
