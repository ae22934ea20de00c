// Seen: listener https: ResolvedRefs is False (InvalidCertificateRef); port 80 goes on to answer.
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute } from '../../breaks/contour.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'g-secret'
const GATEWAY = ['-n', 'projectcontour', 'get', 'gateway', 'contour', '--ignore-not-found', '-o']
const https = {
  name: 'https',
  port: 443,
  protocol: 'HTTPS',
  hostname: '*.example.com',
  tls: { mode: 'Terminate', certificateRefs: [{ name: 'edge-tls' }] },
  allowedRoutes: { namespaces: { from: 'All' } },
}

/** The application and its route, before the listener is broken beside them. */
const beside = contourFault({
  name: 'gateway-secret-missing',
  kind: 'fault',
  breaks: 'the listener https of the Gateway names a Secret that does not exist',
  symptom: 'connections to port 443 are refused or reset, while port 80 answers',
  cause: { code: 'GTW703', subject: 'Gateway/projectcontour/contour' },
  namespace: NAMESPACE,
  diagnose: ['-A'],
  broken: objectsOf({ ...app(NAMESPACE), route: httpRoute(NAMESPACE) }),
  inEffect: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})

async function patch(lab: Lab, change: object): Promise<void> {
  const what = JSON.stringify([change])
  await lab.kubectl(['-n', 'projectcontour', 'patch', 'gateway', 'contour', '--type=json', '-p', what])
}

async function withoutHttps(lab: Lab): Promise<void> {
  const kinds = await lab.kubectl(['api-resources', '-o', 'name'])
  if (!kinds.includes('gateways.gateway')) return
  const names = await lab.kubectl([...GATEWAY, 'jsonpath={.spec.listeners[*].name}'])
  if (names.includes('https')) await patch(lab, { op: 'remove', path: '/spec/listeners/1' })
}

const fault: Fault = {
  ...beside,
  async inject(lab) {
    await withoutHttps(lab)
    await beside.inject(lab)
    await patch(lab, { op: 'add', path: '/spec/listeners/-', value: https })
    await until('Contour refuses the listener', async () =>
      (await lab.kubectl([...GATEWAY, 'jsonpath={.status.listeners[*].conditions[*].reason}'])).includes('Invalid'),
    )
  },
  async takeBack(lab) {
    await withoutHttps(lab)
    await beside.takeBack(lab)
  },
  async remove(lab) {
    await withoutHttps(lab)
    await beside.remove(lab)
  },
}

export default fault
