// Seen: `nc` says that the port is open, and comes back at once; whoever sends something has "connection reset".
import { deployment, objectsOf, service, withContainer } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { defaultImage } from '../../../src/model/probe-image.ts'
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts'

const NAMESPACE = 'f-hung-up'

function ledger(most: number): Deployment {
  const program = `
const net = require('node:net')
let open = 0
net
  .createServer((socket) => {
    socket.on('error', () => {})
    if (open >= ${most}) return socket.destroy()
    open += 1
    socket.on('close', () => (open -= 1))
    socket.on('data', (it) => socket.write(it))
  })
  .listen(7070)
process.on('SIGTERM', () => process.exit(0))`
  return withContainer(deployment(NAMESPACE, 'ledger', { ports: [{ name: 'ledger', containerPort: 7070 }] }), {
    image: defaultImage,
    command: ['node', '-e', program],
    args: [],
    readinessProbe: { tcpSocket: { port: 7070 }, periodSeconds: 1 },
    resources: { requests: { cpu: '2m', memory: '32Mi' }, limits: { memory: '128Mi' } },
  })
}

const ledgerService = service(NAMESPACE, 'ledger', { name: 'ledger', port: 7070, targetPort: 'ledger' })

export default namespaceFault({
  name: 'connections-hung-up',
  kind: 'fault',
  breaks: 'ledger is at its limit of connections, and closes each that comes then',
  symptom: 'clients of ledger are disconnected at once; its pod is ready, and its port is open',
  cause: { code: 'SVC266', subject: `Service/${NAMESPACE}/ledger` },
  namespace: NAMESPACE,
  broken: objectsOf({ ledger: ledger(0), ledgerService }),
  repaired: objectsOf({ ledger: ledger(1000), ledgerService }),
  inEffect: () => Promise.resolve(true),
})
