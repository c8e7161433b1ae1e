import { html } from './ui/html.js'

const zones = Intl.supportedValuesOf('timeZone')

const choices = {
  showAs: [
    ['busy', 'Busy'],
    ['free', 'Free'],
    ['tentative', 'Tentative'],
    ['oof', 'Out of office'],
    ['workingElsewhere', 'Working elsewhere'],
  ],
  sensitivity: [
    ['normal', 'Normal'],
    ['personal', 'Personal'],
    ['private', 'Private'],
    ['confidential', 'Confidential'],
  ],
  importance: [
    ['low', 'Low'],
    ['normal', 'Normal'],
    ['high', 'High'],
  ],
  reminder: [
    ['', 'None'],
    ['0', 'At the start'],
    ['5', '5 minutes before'],
    ['15', '15 minutes before'],
    ['30', '30 minutes before'],
    ['60', '1 hour before'],
    ['1440', '1 day before'],
  ],
}

/** When it is: start, end, zone, all day. */
export function Times({ form, set }) {
  const { isAllDay } = form
  const input = (name, word) => {
    const type = isAllDay ? 'date' : 'datetime-local'
    const shown = (name) => (isAllDay ? form[name].slice(0, 10) : form[name])
    const min = name === 'end' ? shown('start') : undefined
    const change = ({ target }) =>
      target.value && set({ [name]: isAllDay ? target.value + form[name].slice(10) : target.value })
    return html`<label class="field">
      <span>${word}</span>
      <input class="input" type=${type} value=${shown(name)} min=${min} required onInput=${change} />
    </label>`
  }
  return html`${input('start', isAllDay ? 'First day' : 'Start')}
    ${input('end', isAllDay ? 'Last day' : 'End')}
    <${Choice}
      form=${form}
      set=${set}
      name="timeZone"
      word="Time zone"
      options=${zoneOptions(form.timeZone)}
    />
    <${Check} form=${form} set=${set} name="isAllDay" word="All day" />`
}

/** Everything else. */
export function Details({ form, set, side }) {
  const choice = (name, word, options = choices[name]) =>
    html`<${Choice} form=${form} set=${set} name=${name} word=${word} options=${options} />`
  const staysHere = ['private', 'confidential'].includes(form.sensitivity) || form.repeatsWeekly
  return html`<${Text} form=${form} set=${set} name="location" word="Location" />
    ${choice('showAs', 'Show as')} ${choice('sensitivity', 'Sensitivity')}
    ${choice('importance', 'Importance')} ${choice('reminder', 'Reminder', reminderOptions(form.reminder))}
    <${Text} form=${form} set=${set} name="categories" word="Categories, separated by commas" />
    <${Area} form=${form} set=${set} name="attendees" word="Attendees, one address a line" rows="2" />
    <${Area}
      form=${form}
      set=${set}
      name="body"
      word=${form.bodyType === 'html' ? 'Notes (HTML)' : 'Notes'}
      rows="3"
    />
    ${side === 'exchange' && html`<${Check} form=${form} set=${set} name="repeatsWeekly" word="Repeats weekly" />`}
    ${
      staysHere &&
      html`<p class="wide stays small">
        Private, confidential and repeating appointments stay on their side.
      </p>`
    }`
}

function Text({ form, set, name, word }) {
  return html`<label class="field">
    <span>${word}</span>
    <input
      class="input"
      value=${form[name]}
      maxlength="255"
      onInput=${({ target }) => set({ [name]: target.value })}
    />
  </label>`
}

function Area({ form, set, name, word, rows }) {
  return html`<label class="field wide">
    <span>${word}</span>
    <textarea
      class="input"
      rows=${rows}
      value=${form[name]}
      onInput=${({ target }) => set({ [name]: target.value })}
    ></textarea>
  </label>`
}

function Choice({ form, set, name, word, options }) {
  return html`<label class="field">
    <span>${word}</span>
    <select class="input" value=${form[name]} onChange=${({ target }) => set({ [name]: target.value })}>
      ${options.map(([value, label]) => html`<option value=${value}>${label}</option>`)}
    </select>
  </label>`
}

function Check({ form, set, name, word }) {
  return html`<label class="check">
    <input
      type="checkbox"
      checked=${form[name]}
      onChange=${({ target }) => set({ [name]: target.checked })}
    />
    <span>${word}</span>
  </label>`
}

/** Every zone that the browser knows, and the appointment's own, which it may know by an older name. */
export function zoneOptions(...own) {
  return [...new Set([...own, 'UTC', ...zones])].map((zone) => [zone, zone.replaceAll('_', ' ')])
}

function reminderOptions(minutes) {
  const isKnown = choices.reminder.some(([value]) => value === minutes)
  return isKnown ? choices.reminder : [...choices.reminder, [minutes, `${minutes} minutes before`]]
}
