import { html } from './ui/html.js'
import { request } from './ui/problem.js'

const numbers = [
  ['maxConcurrency', 'Calls in flight for each account', 'Exchange starts with 27'],
  ['maxHangingConnections', 'Streams open for each account', '10 in Exchange 2016 and later'],
  ['maxSubscriptions', 'Subscriptions to each mailbox', '5000 on premises, 20 online'],
]
const budgetFields = [
  ['burstMs', 'burst ms', 300_000],
  ['rechargeMsPerHour', 'recharge ms an hour', 900_000],
  ['cutoffMs', 'cutoff ms', 3_000_000],
]
const forms = [
  ['fault', 'a SOAP fault'],
  ['item', 'an error for each item'],
  ['wrapped', 'an internal error for each item'],
  ['unavailable', 'HTTP 503'],
]
const bindings = [
  ['ignored', 'ignored'],
  ['checked', 'checked where it is shown'],
  ['required', 'required'],
]

/** Who may call and how much: the throttling policy, the ways to log on, and the most that was ever in flight. */
export function Limits({ overview, tell }) {
  const { throttling, authentication } = overview
  const send = (path) => (body) =>
    request(path, { method: 'PATCH', body }).catch(({ problem }) => tell({ problem }))
  const limit = send('/control/throttling')
  const allow = send('/control/authentication')
  return html`<section class="groups">
    <${Throttling} policy=${throttling.policy} counts=${throttling.counts} onChange=${limit} />
    <${LogOn} policy=${authentication} onChange=${allow} />
    <${Peaks} title="Most calls in flight, by account" peaks=${overview.mostInFlight} />
    <${Peaks} title="Most calls in flight, by mailbox" peaks=${overview.mostInFlightByMailbox} />
  </section>`
}

function Throttling({ policy, counts, onChange }) {
  const { budget } = policy
  return html`<fieldset>
    <legend>Throttling</legend>
    ${numbers.map(
      ([name, word, hint]) =>
        html`<label class="switch" key=${name}>
          <span class="grow">${word}<br /><span class="small quiet">${hint}</span></span>
          <${NumberField} value=${policy[name]} onChange=${(value) => onChange({ [name]: value })} />
        </label>`,
    )}
    <div class="switch">
      <label class="check grow">
        <input
          type="checkbox"
          role="switch"
          checked=${budget !== null}
          onChange=${() => onChange({ budget: budget ? null : Object.fromEntries(budgetFields.map(([name, , first]) => [name, first])) })}
        />
        <span>Calls use up a budget of time</span>
      </label>
      ${
        budget &&
        budgetFields.map(
          ([name, word]) =>
            html`<label class="labelled small quiet" key=${name}
              ><${NumberField}
                value=${budget[name]}
                onChange=${(value) => onChange({ budget: { ...budget, [name]: value ?? 0 } })}
              />${word}</label
            >`,
        )
      }
    </div>
    <label class="switch">
      <span class="grow">A spent budget is answered with</span>
      <${Choice} options=${forms} value=${policy.busyAs} onChange=${(busyAs) => onChange({ busyAs })} />
    </label>
    <label class="switch">
      <span class="grow">and the hint</span>
      <${Choice}
        options=${[
          ['rest', 'of the true wait'],
          ['0', '0 ms'],
          ['none', 'left out'],
        ]}
        value=${policy.backOffMs === null ? 'none' : String(policy.backOffMs)}
        onChange=${(value) => onChange({ backOffMs: { rest: 'rest', 0: 0, none: null }[value] })}
      />
    </label>
    <p class="small quiet">${countsText(counts)}</p>
  </fieldset>`
}

function countsText({ excess, busy, delayed }) {
  return `Refused for too many at once: ${excess}. Refused as busy: ${busy}. Slowed down: ${delayed}.`
}

function LogOn({ policy, onChange }) {
  const words = { ntlm: 'NTLM', basic: 'Basic', bearer: 'Bearer tokens' }
  const toggled = (scheme) =>
    policy.schemes.includes(scheme)
      ? policy.schemes.filter((known) => known !== scheme)
      : [...policy.schemes, scheme]
  return html`<fieldset>
    <legend>Logging on</legend>
    ${Object.entries(words).map(
      ([scheme, word]) =>
        html`<div class="switch" key=${scheme}>
          <label class="check">
            <input
              type="checkbox"
              role="switch"
              checked=${policy.schemes.includes(scheme)}
              onChange=${() => onChange({ schemes: toggled(scheme) })}
            />
            <span>${word}</span>
          </label>
        </div>`,
    )}
    <label class="switch">
      <span class="grow">Channel binding of NTLM is</span>
      <${Choice}
        options=${bindings}
        value=${policy.channelBinding}
        onChange=${(channelBinding) => onChange({ channelBinding })}
      />
    </label>
  </fieldset>`
}

function Peaks({ title, peaks }) {
  const rows = Object.entries(peaks).sort(([, left], [, right]) => right - left)
  return html`<fieldset>
    <legend>${title}</legend>
    ${rows.length === 0 && html`<p class="quiet small">Nobody has called yet.</p>`}
    ${rows
      .slice(0, 20)
      .map(
        ([who, most]) =>
          html`<p class="switch" key=${who}><span class="grow cut">${who}</span><b>${most}</b></p>`,
      )}
    ${rows.length > 20 && html`<p class="quiet small">and ${rows.length - 20} more</p>`}
  </fieldset>`
}

function NumberField({ value, onChange }) {
  return html`<input
    class="input narrow"
    inputmode="numeric"
    placeholder="none"
    value=${value ?? ''}
    onChange=${(event) => onChange(event.target.value.trim() === '' ? null : Number(event.target.value))}
  />`
}

function Choice({ options, value, onChange }) {
  return html`<select class="input bare" value=${value} onChange=${(event) => onChange(event.target.value)}>
    ${options.map(([option, word]) => html`<option value=${option}>${word}</option>`)}
    ${!options.some(([option]) => option === value) && html`<option value=${value}>${value} ms</option>`}
  </select>`
}
