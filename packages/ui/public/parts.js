import { html } from './html.js'
import { shortId } from './format.js'

const streamWords = { connecting: 'connecting', live: 'live', broken: 'not live, trying again' }

/** A dot and a word: whether what one sees is kept up to date. */
export function Pulse({ state }) {
  return html`<span class=${`pulse ${state}`} role="status">${streamWords[state]}</span>`
}

/** What went wrong, why, and what to do. */
export function ProblemNotice({ problem, role = 'status' }) {
  return html`<div class="notice wrong" role=${role}>
    <p class="title">${problem.title}</p>
    <${ProblemText} problem=${problem} />
  </div>`
}

export function ProblemText({ problem }) {
  const { detail, mend, errors = [], requestId } = problem
  return html`<div>
    <p>${detail}</p>
    ${errors.map((error) => html`<p class="small"><b>${error.field}</b>: ${error.detail}</p>`)}
    ${mend && html`<p class="quiet">${mend}</p>`}
    ${requestId && html`<p class="quiet small">Request <${Id} id=${requestId} /></p>`}
  </div>`
}

/** An id, cut in the middle; a click copies all of it. */
export function Id({ id }) {
  return html`<button
    type="button"
    class="id"
    title=${`Copy ${id}`}
    onClick=${() => navigator.clipboard?.writeText(id)}
  >
    ${shortId(id)}
  </button>`
}

/** A few choices side by side: `options` are pairs of value and word. */
export function Segments({ label, options, value, onChange }) {
  return html`<div class="segments" role="group" aria-label=${label}>
    ${options.map(
      ([option, word]) =>
        html`<button
          type="button"
          class="button"
          aria-pressed=${String(option === value)}
          onClick=${() => onChange(option)}
        >
          ${word}
        </button>`,
    )}
  </div>`
}

/** What happened, at the edge of the page, until it is put away. */
export function Toasts({ toasts, onClose }) {
  return html`<div class="toasts" aria-live="polite">
    ${toasts.map(
      (toast) =>
        html`<div key=${toast.id} class=${`toast ${toast.problem ? 'wrong' : ''}`}>
          <b>${toast.problem?.title ?? toast.text}</b>
          ${toast.problem && html`<${ProblemText} problem=${toast.problem} />`}
          <div class="actions">
            ${
              toast.action &&
              html`<button
                type="button"
                class="button plain"
                onClick=${() => {
                  toast.action.run()
                  onClose(toast.id)
                }}
              >
                ${toast.action.word}
              </button>`
            }
            <button
              type="button"
              class="button plain square"
              aria-label="Close this message"
              onClick=${() => onClose(toast.id)}
            >
              ×
            </button>
          </div>
        </div>`,
    )}
  </div>`
}
