// Seen: curl: certificate has expired; with -k it is 200.
import type { Lab } from '../../lab.ts'
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { knowsWeb } from '../../breaks/ingress-controller.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'
import { putCertificate } from '../../breaks/self-signed.ts'

const NAMESPACE = 'f-expired'
const secret = 'web-tls'
const host = hostOf(NAMESPACE)
const plain = ingress(NAMESPACE)
const tls = [{ hosts: [host], secretName: secret }]
const parts = { ...app(NAMESPACE), ingress: { ...plain, spec: { ...plain.spec, tls } } }

async function dated(lab: Lab, to: string): Promise<void> {
  await putCertificate(lab, { namespace: NAMESPACE, secret, host, from: '20200101000000Z', to })
}

const base = namespaceFault({
  name: 'tls-certificate-expired',
  kind: 'fault',
  breaks: 'the certificate of the Ingress has expired',
  symptom: 'every browser warns since this morning',
  cause: { code: 'ING306', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(parts),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 308 && (await knowsWeb(lab, NAMESPACE)),
})

export default {
  ...base,
  async inject(lab: Lab): Promise<void> {
    await dated(lab, '20210101000000Z')
    await base.inject(lab)
  },
  async takeBack(lab: Lab): Promise<void> {
    const there = await lab.kubectl(['get', 'namespace', NAMESPACE, '--ignore-not-found', '-o', 'name'])
    if (there !== '') await dated(lab, '20400101000000Z')
    await base.takeBack(lab)
  },
}
