// Seen: the log of worker: `cannot reach redis: Port should be >= 0 and < 65536. Received type string ('tcp://…')`.
import { deployment, objectsOf, service, withContainer } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { defaultImage } from '../../../src/model/probe-image.ts'
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts'

const NAMESPACE = 'f-links'

function program(name: string, text: string, links: boolean): Deployment {
  return withContainer(
    deployment(NAMESPACE, name, {
      ports: name === 'redis' ? [{ name: 'redis', containerPort: 6379 }] : [],
      pod: { enableServiceLinks: links },
    }),
    {
      image: defaultImage,
      command: ['node', '-e', `${text}\nprocess.on('SIGTERM', () => process.exit(0))`],
      args: [],
      env: name === 'redis' ? [] : [{ name: 'REDIS_HOST', value: 'redis' }],
      readinessProbe: { exec: { command: ['true'] }, periodSeconds: 5 },
      resources: { requests: { cpu: '2m', memory: '32Mi' }, limits: { memory: '128Mi' } },
    },
  )
}

const redis = program(
  'redis',
  `require('node:net')
  .createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => socket.write('+PONG\\r\\n'))
  })
  .listen(6379)`,
  false,
)
const worker = (links: boolean): Deployment =>
  program(
    'worker',
    `
const net = require('node:net')
setInterval(() => {
  try {
    const socket = net.connect({ host: process.env.REDIS_HOST, port: process.env.REDIS_PORT ?? 6379 })
    socket.on('error', (it) => console.log('cannot reach redis:', it.code))
    socket.on('connect', () => socket.end())
  } catch (error) {
    console.log('cannot reach redis:', error.code, error.message)
  }
}, 1000)`,
    links,
  )

const redisService = service(NAMESPACE, 'redis', { name: 'redis', port: 6379, targetPort: 'redis' })

export default namespaceFault({
  name: 'link-variables',
  kind: 'fault',
  breaks: 'worker reads REDIS_PORT, which Kubernetes sets for a Service called redis: it is a URL, and no port',
  symptom: 'worker never reaches redis, and its pod is ready',
  cause: { code: 'TRB905', subject: `Deployment/${NAMESPACE}/worker` },
  namespace: NAMESPACE,
  broken: objectsOf({ redis, redisService, worker: worker(true) }),
  repaired: objectsOf({ redis, redisService, worker: worker(false) }),
  inEffect: () => Promise.resolve(true),
})
