import { useEffect, useRef, useState } from 'preact/hooks'
import { Details, Times } from './appointment-fields.js'
import { changesOf, formOf } from './appointment-form.js'
import { html } from './ui/html.js'
import { ProblemNotice } from './ui/parts.js'

/** Makes or edits an appointment. What is wrong stays in the dialog, with the reason, until it is mended. */
export function AppointmentDialog({ side, mailbox, entry, onDone, onClose }) {
  const dialog = useRef()
  const [form, setForm] = useState(() => formOf(entry.appointment))
  const [problem, setProblem] = useState()
  const [isBusy, setBusy] = useState(false)
  const isNew = entry.id === undefined
  const set = (changes) => setForm((form) => ({ ...form, ...changes }))

  useEffect(() => {
    dialog.current.showModal()
    // The component that had the focus may have been drawn anew meanwhile.
    return () => document.querySelector(`[data-entry="${CSS.escape(entry.id ?? '')}"]`)?.focus()
  }, [])

  async function attempt(work) {
    setBusy(true)
    try {
      await work()
      await side.load()
      onClose()
    } catch (error) {
      if (!error.problem) throw error
      setProblem(error.problem)
      setBusy(false)
    }
  }

  function save(event) {
    event.preventDefault()
    const changes = changesOf(form, entry.appointment, { isNew })
    if (Object.keys(changes).length === 0) return onClose()
    void attempt(() => (isNew ? side.create(mailbox, changes) : side.change(mailbox, entry.id, changes)))
  }

  function cancelAppointment() {
    void attempt(async () => {
      await side.cancel(mailbox, entry.id)
      onDone(entry.appointment)
    })
  }

  const heading = isNew ? `New appointment in ${side.phrase}` : `Appointment in ${side.phrase}`
  return html`<dialog ref=${dialog} aria-labelledby="dialog-title" onClose=${onClose}>
    <form class="appointment" onSubmit=${save}>
      <h2 id="dialog-title">${heading}</h2>
      <div class="fields">
        ${problem && html`<${ProblemNotice} problem=${problem} role="alert" />`}
        <label class="field wide">
          <span>Subject</span>
          <input
            class="input"
            value=${form.subject}
            maxlength="255"
            required
            autofocus
            onInput=${({ target }) => set({ subject: target.value })}
          />
        </label>
        <${Times} form=${form} set=${set} />
        <${Details} form=${form} set=${set} side=${side.name} />
      </div>
      <footer class="dialog-actions">
        ${
          !isNew &&
          html`<button type="button" class="button danger" disabled=${isBusy} onClick=${cancelAppointment}>
            Cancel appointment
          </button>`
        }
        <span class="spacer"></span>
        <button type="button" class="button" onClick=${() => dialog.current.close()}>Close</button>
        <button type="submit" class="button primary" disabled=${isBusy}>${isNew ? 'Create' : 'Save'}</button>
      </footer>
    </form>
  </dialog>`
}
