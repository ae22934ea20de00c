// Seen: glibc finds cart each time, because the first server answers; musl, which asks both at once, failed 4 of 10
// times.
import { UPSTREAM_DNS } from '../../plan.ts'
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-mixed'
const good = app(NAMESPACE)
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const broken = {
  ...good,
  web: deployment(NAMESPACE, 'web', { args, pod: { dnsConfig: { nameservers: [UPSTREAM_DNS.ip] } } }),
}

export default namespaceFault({
  name: 'dns-mixed-nameservers',
  kind: 'fault',
  breaks: "web asks the company's resolver beside the cluster's DNS, as if they knew the same names",
  symptom: 'now and then there is no such host as cart, in Alpine images more often',
  cause: { code: 'DNS119', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  async inEffect(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    if (web === undefined) return false
    // What the second server says of a name that the first one knows.
    const { code, stdout, stderr } = await (
      await inPod(lab, web)
    ).run(['busybox', 'nslookup', '-type=a', `cart.${NAMESPACE}.svc.cluster.local.`, UPSTREAM_DNS.ip], {
      timeoutMs: 3000,
    })
    return code !== 0 && /NXDOMAIN/.test(stdout + stderr)
  },
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
