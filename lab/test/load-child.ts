// The client of hopscope's own load, alone in a process: `load-child.ts SERVER SOCKETS OUTSTANDING SECONDS` asks as
// fast as answers come, and prints what it counted once its code was compiled: the first half second is no steady rate.
import { setTimeout as sleep } from 'node:timers/promises'
import { loadClient } from '../../src/probe/pod/load/load-client.ts'
import { CLUSTER_NAME } from '../breaks/ask-dns.ts'

const [ip = '', sockets = '20', outstanding = '100', seconds = '2'] = process.argv.slice(2)
const client = await loadClient({
  targets: [{ ip, port: 53 }],
  name: CLUSTER_NAME,
  sockets: Number(sockets),
  outstanding: Number(outstanding),
  timeoutMs: 2000,
})
client.setRate(Infinity)
await sleep(500)
client.take()
await sleep(Number(seconds) * 1000)
const { answered, lost, strays, ms } = client.take()
client.close()
process.stdout.write(JSON.stringify({ perSecond: (answered / ms) * 1000, lost, strays }))
