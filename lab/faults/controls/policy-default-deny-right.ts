// Seen: web answers 200 through two policies that deny everything else.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, pods } from '../../breaks/place.ts'

const NAMESPACE = 'f-deny'
const ports = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
]
const dns = { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }], ports }
const same = { podSelector: {} }
const types = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }
const rules = { ...types, ingress: [{ from: [same] }], egress: [dns, { to: [same] }] }

export default namespaceFault({
  name: 'policy-default-deny-right',
  kind: 'control',
  breaks: 'nothing: all is denied, and what the application needs is allowed',
  symptom: 'a namespace with a default-deny policy',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    deny: networkPolicy(NAMESPACE, 'default-deny', types),
    allow: networkPolicy(NAMESPACE, 'allow-inside', rules),
  }),
  // From inside: a node is no pod of the namespace, and is kept out.
  async inEffect(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    if (web === undefined) return false
    const place = await inPod(lab, web)
    const asked = await place.run(['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1:8080/'])
    return asked.stdout === '200' && isAnswered(place)
  },
})
