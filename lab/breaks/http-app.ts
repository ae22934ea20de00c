// A web server that says what a fault needs said: a few lines of JavaScript, run by the image of the probes.
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts'
import { defaultImage } from '../../src/model/probe-image.ts'
import { deployment, withContainer } from './app.ts'

/**
 * `answer` is the body of a function of `request` and `response`; /ready is answered for it. Twice the memory of the
 * shop, since it is a whole Node.
 */
export function webServer(namespace: string, name: string, answer: string, replicas = 1): Deployment {
  const program = `
const http = require('node:http')
const server = http.createServer((request, response) => {
  if (request.url === '/ready') return response.end('ready')
  ${answer}
})
server.listen(8080)
process.on('SIGTERM', () => process.exit(0))`
  return withContainer(deployment(namespace, name, { replicas }), {
    image: defaultImage,
    command: ['node', '-e', program],
    args: [],
    resources: { requests: { cpu: '2m', memory: '32Mi' }, limits: { memory: '128Mi' } },
  })
}
