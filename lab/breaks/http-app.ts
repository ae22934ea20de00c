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

/**
 * A page on one port and 404 on another; on the same one two processes share it, as SO_REUSEPORT lets them, and the
 * kernel gives each connection to either.
 */
export function twoServers(
  namespace: string,
  name: string,
  { page, nothing }: { readonly page: number; readonly nothing: number },
): Deployment {
  const program = `
const http = require('node:http')
const ready = (answer) => (request, response) => {
  if (request.url === '/ready') return response.end('ready')
  answer(response)
}
http.createServer(ready((it) => it.end('the page'))).listen({ port: ${page}, host: '0.0.0.0', reusePort: true })
http
  .createServer(ready((it) => { it.statusCode = 404; it.end('nothing here') }))
  .listen({ port: ${nothing}, host: '0.0.0.0', reusePort: true })
process.on('SIGTERM', () => process.exit(0))`
  return withContainer(deployment(namespace, name), {
    image: defaultImage,
    command: ['node', '-e', program],
    args: [],
    resources: { requests: { cpu: '2m', memory: '32Mi' }, limits: { memory: '128Mi' } },
  })
}
