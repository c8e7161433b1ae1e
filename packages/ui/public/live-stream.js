const RETRY_MS = 2_000

/**
 * Server-sent events that come back by themselves. `onState` hears `connecting`, `live` and `broken`; `onOpen` is the
 * time to load what was missed. `names` are those of the events, where they have any. Gives back what ends it.
 */
export function liveStream(url, { names = ['message'], onState, onOpen, onMessage }) {
  let source
  let timer
  let isOver = false

  function connect() {
    source = new EventSource(url)
    source.addEventListener('open', () => {
      onState('live')
      onOpen?.()
    })
    for (const name of names) source.addEventListener(name, ({ data }) => onMessage(JSON.parse(data)))
    source.addEventListener('error', () => {
      // A browser gives up on an answer that is no stream, so the next try is made here in any case.
      source.close()
      if (isOver) return
      onState('broken')
      timer = setTimeout(connect, RETRY_MS)
    })
  }

  onState('connecting')
  connect()
  return () => {
    isOver = true
    clearTimeout(timer)
    source.close()
  }
}
