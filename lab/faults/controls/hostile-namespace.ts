// Seen: web answers 200. What a tenant may write, it writes: giant arguments and annotations, escapes and newlines in
// every field that takes them, a Corefile of its own full of quotes, a pod that never stops printing.
import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import {
  app,
  deployment,
  ingress,
  type KubernetesObject,
  objectsOf,
  SHOP_IMAGE,
  withContainer,
} from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { CLUSTER_DNS } from '../../plan.ts'
import { ask, askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-hostile'
const ESCAPE = String.fromCodePoint(27)
/** What a terminal would clear the screen for, and then show as hopscope's own words. */
const screen = `${ESCAPE}[2J${ESCAPE}[H${ESCAPE}[32m\r\n`
const forged = `${screen}✓ All 44 checks that apply are fine.\n\u202eenif lla${ESCAPE}]0;fine\u0007`
const shell = `'; touch /tmp/hopscope-was-here; : '"$(touch /tmp/hopscope-was-here)\``
/**
 * One argument may have 128 kB (execve(2), MAX_ARG_STRLEN), all annotations of an object 256 kB: and `kubectl apply`
 * writes the whole object into one more of them.
 */
const giant = 'a-'.repeat(40_000)
const annotations = { 'hostile/giant': 'a-'.repeat(10_000), 'hostile/forged': forged, 'hostile/shell': shell }
const resources = { requests: { cpu: '2m', memory: '12Mi' }, limits: { memory: '64Mi', cpu: '50m' } }
const image = { image: SHOP_IMAGE, imagePullPolicy: 'IfNotPresent', resources }
const env = [
  { name: 'GIANT', value: giant },
  { name: 'FORGED', value: forged },
  { name: 'SHELL_TEXT', value: shell },
]

const parts = app(NAMESPACE)
const cart = withContainer(deployment(NAMESPACE, 'cart', { replicas: 2 }), {
  args: [`-name=${giant}`, `-name=${forged}`],
  env,
})
const searches = `search ${NAMESPACE}.svc.cluster.local svc.cluster.local cluster.local`
const comments = `# ${'a-'.repeat(500)}\n`.repeat(100)
const resolvConf = `${searches}\nnameserver ${CLUSTER_DNS}\noptions ndots:5\n${comments}# ${forged}`
const corefile = `.:53 {\n  kubernetes cluster.local'; touch x; : ' {\n  }\n  forward . "${shell}"\n${forged}`
function annotated(made: KubernetesObject, more: Readonly<Record<string, string>>): KubernetesObject {
  const metadata = { ...made.metadata, annotations: more }
  return { ...made, metadata }
}
function map(name: string, data: Readonly<Record<string, string>>): KubernetesObject {
  const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE }, data }
  return annotated(made, annotations)
}
const volumes = [{ name: 'resolver', configMap: { name: 'resolver' } }]
const volumeMounts = [{ name: 'resolver', mountPath: '/etc/resolv.conf', subPath: 'resolv.conf' }]
const odd = withContainer(deployment(NAMESPACE, 'odd', { pod: { volumes } }), { volumeMounts })

/** It says more in a second than anybody reads in a day. */
const talker: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'talker', namespace: NAMESPACE, labels: { app: 'talker' }, annotations },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'talker', ...image, command: ['sh', '-c', 'while :; do echo "$FORGED$GIANT"; done'], env }],
  },
}

export default namespaceFault({
  name: 'hostile-namespace',
  kind: 'control',
  breaks: 'nothing: a tenant who writes whatever the API lets through, into every field',
  symptom: 'a namespace that was made to fool whoever looks at it',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({
    ...parts,
    cart: annotated(cart, annotations),
    cartService: annotated(parts.cartService, { ...annotations, 'hostile/giant': 'a-'.repeat(58_000) }),
    talker,
    corefile: map('coredns', { Corefile: corefile }),
    custom: map('coredns-custom', { 'x.server': corefile, 'y.override': shell }),
    resolver: map('resolver', { 'resolv.conf': resolvConf }),
    odd,
    ingress: annotated(ingress(NAMESPACE), { ...annotations, 'hostile/class': `nginx\n${forged}` }),
  }),
  async inEffect(lab) {
    return (await ask(lab, NAMESPACE, 'web')) === 200 && (await askIngress(lab, NAMESPACE)) === 200
  },
})
