import { html } from './html.js'
import { durationText } from './format.js'

/**
 * The way of a change as a line: `steps` are `{ name, atMs, state, meaning }` in order. `isOpen`: it is still on its
 * way. The parts of the line are as long as the steps took, as far as their words leave room.
 */
export function StepLine({ label, steps, isOpen }) {
  const took = steps.map(({ atMs }, index) => (index === 0 ? 0 : Math.max(0, atMs - steps[index - 1].atMs)))
  const slowest = took.length > 2 ? took.indexOf(Math.max(...took)) : -1
  return html`<ol class="step-line" aria-label=${label}>
    ${steps.map(
      ({ name, state, meaning }, index) =>
        html`<li
          key=${index}
          class=${`step ${state} ${index === slowest ? 'slowest' : ''}`}
          title=${meaning}
          style=${index > 0 ? { flexGrow: Math.max(1, took[index]) } : {}}
        >
          <span class="took">${index > 0 ? durationText(took[index]) : ''}</span>
          <span class="track"></span>
          <span class="name">${name}</span>
        </li>`,
    )}
    ${
      isOpen &&
      html`<li key="open" class="step open" style=${{ flexGrow: 1 }}>
        <span class="took"></span><span class="track"></span><span class="name">…</span>
      </li>`
    }
  </ol>`
}
