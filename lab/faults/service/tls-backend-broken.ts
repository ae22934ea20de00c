// Seen: 502 through https; http is only redirected there.
import type { Lab } from '../../lab.ts'
import { app, deployment, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'
import { putCertificate } from '../../breaks/self-signed.ts'

const NAMESPACE = 'f-tls502'
const secret = 'web-tls'
const host = hostOf(NAMESPACE)
const parts = app(NAMESPACE)
const plain = ingress(NAMESPACE)
const good = { ...parts, ingress: { ...plain, spec: { ...plain.spec, tls: [{ hosts: [host], secretName: secret }] } } }
// What it calls listens nowhere, and it says so with a 502 of its own.
const broken = deployment(NAMESPACE, 'web', { args: ['-downstream=http://127.0.0.1:9/', '-timeout=3s'] })

const base = namespaceFault({
  name: 'tls-backend-broken',
  kind: 'fault',
  breaks: 'the application behind an Ingress with TLS answers 502 by itself',
  symptom: '502 in every browser; a check of port 80 says 308 and is content',
  cause: { code: 'SVC208', subject: `Service/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  diagnose: [`https://${host}/`],
  broken: objectsOf({ ...good, web: broken }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 502,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

export default {
  ...base,
  async inject(lab: Lab): Promise<void> {
    await putCertificate(lab, { namespace: NAMESPACE, secret, host, from: '20200101000000Z', to: '20400101000000Z' })
    await base.inject(lab)
  },
}
