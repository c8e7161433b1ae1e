// Runs in a host's namespace: says whether a TCP connection comes about.
import { connect } from 'node:net'

const [host, port] = process.argv.slice(2)
const socket = connect({ host: host!, port: Number(port), timeout: 1_500 })
const say = (word: string) => {
  console.log(word)
  socket.destroy()
}
socket.on('connect', () => say('open'))
socket.on('timeout', () => say('silent'))
socket.on('error', ({ code }: NodeJS.ErrnoException) =>
  say(code === 'ECONNREFUSED' ? 'refused' : 'unreachable'),
)
