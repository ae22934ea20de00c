// Seen: www.example.com in 5.6 ms (glibc); big.example.com, 120 addresses, had not returned after 8 s (glibc), while
// musl 1.2.3, which never asks over TCP, returned the truncated answer in 3 ms.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { isAnswered, isOpenOverTcp } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'
import type { Lab } from '../../lab.ts'

const NAMESPACE = 'f-udponly'
const POLICY = 'web-egress'
const kubeDns = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
}
const toCart = { to: [{ podSelector: { matchLabels: { app: 'cart' } } }], ports: [{ protocol: 'TCP', port: 8080 }] }
const udp = { protocol: 'UDP', port: 53 }
const tcp = { protocol: 'TCP', port: 53 }
const selected = { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'] }
const parts = app(NAMESPACE)

function policy(ports: readonly (typeof udp)[]): ReturnType<typeof networkPolicy> {
  return networkPolicy(NAMESPACE, POLICY, { ...selected, egress: [toCart, { to: [kubeDns], ports: [...ports] }] })
}

/** Whether DNS works over UDP and over TCP from a pod of web. */
async function reached(lab: Lab): Promise<{ readonly udp: boolean; readonly tcp: boolean }> {
  const [web] = await pods(lab, NAMESPACE, 'app=web')
  if (web === undefined) return { udp: false, tcp: false }
  const place = await inPod(lab, web)
  return { udp: await isAnswered(place), tcp: await isOpenOverTcp(place) }
}

export default namespaceFault({
  name: 'policy-dns-udp-only',
  kind: 'fault',
  breaks: 'an egress policy lets DNS pass over UDP but not over TCP, which big answers need',
  symptom: 'one name with many addresses hangs for minutes, every other name is fine',
  cause: { code: 'POL402', subject: `NetworkPolicy/${NAMESPACE}/${POLICY}` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, policy: policy([udp]) }),
  repaired: objectsOf({ ...parts, policy: policy([udp, tcp]) }),
  async inEffect(lab) {
    const now = await reached(lab)
    return now.udp && !now.tcp && (await ask(lab, NAMESPACE, 'web')) === 200
  },
  async healthy(lab) {
    const now = await reached(lab)
    return now.udp && now.tcp && (await ask(lab, NAMESPACE, 'web')) === 200
  },
})
