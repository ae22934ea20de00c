// Seen with tcpdump in the pod: one getaddrinfo of api.example.com by glibc sent 10 packets, A and AAAA for five names.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-search'
const good = app(NAMESPACE)
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const broken = {
  ...good,
  // The three suffixes of every pod and one more, as a company's own domain often is.
  web: deployment(NAMESPACE, 'web', {
    args,
    pod: { dnsConfig: { searches: ['corp.example.com'], options: [{ name: 'ndots', value: '5' }] } },
  }),
}

export default namespaceFault({
  name: 'dns-search-amplification',
  kind: 'fault',
  breaks: 'four search suffixes and ndots:5 turn each lookup of an outside name into ten queries',
  symptom: 'DNS load is a multiple of what the application asks for, and outside calls start late',
  cause: { code: 'DNS104', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  async inEffect(lab) {
    const text = await lab.kubectl([
      '-n',
      NAMESPACE,
      'get',
      'pods',
      '-l',
      'app=web',
      '-o',
      'jsonpath={.items[*].spec.dnsConfig.searches}',
    ])
    return text.includes('corp.example.com') && (await ask(lab, NAMESPACE, 'web')) === 200
  },
  async healthy(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    return web !== undefined && (await isAnswered(await inPod(lab, web))) && (await ask(lab, NAMESPACE, 'web')) === 200
  },
})
