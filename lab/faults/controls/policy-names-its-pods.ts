// Seen: web answers 200; a pod of any other label in this namespace can neither look up nor connect.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, pods } from '../../breaks/place.ts'

const NAMESPACE = 'f-named'
const ports = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
]
const own = { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'cart'] }] }
const dns = { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }], ports }
const policyTypes = ['Ingress', 'Egress']
const among = [{ podSelector: own }]
const rules = { podSelector: own, policyTypes, ingress: [{ from: among }], egress: [dns, { to: among }] }

export default namespaceFault({
  name: 'policy-names-its-pods',
  kind: 'control',
  breaks: 'nothing: all is denied but to the pods of the application, which are named one by one',
  symptom: "a namespace in which a stranger's pod reaches nothing",
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    deny: networkPolicy(NAMESPACE, 'default-deny', { podSelector: {}, policyTypes }),
    allow: networkPolicy(NAMESPACE, 'allow-own', rules),
  }),
  async inEffect(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    if (web === undefined) return false
    const place = await inPod(lab, web)
    const asked = await place.run(['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1:8080/'])
    return asked.stdout === '200' && isAnswered(place)
  },
})
