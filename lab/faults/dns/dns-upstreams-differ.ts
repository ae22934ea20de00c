// Seen: of twenty lookups of example.com about half said NXDOMAIN, at each of the two servers.
import { join } from 'node:path'
import { corednsPods, corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, currentCorefile, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'
import { asItWas, upstreamAnswers } from '../../breaks/upstream.ts'
import type { Lab } from '../../lab.ts'
import { STATE, UPSTREAM_DNS } from '../../plan.ts'

const denies = `    template IN ANY . {
        rcode NXDOMAIN
        authority ". 60 IN SOA a.root. b.root. (1 60 60 60 60)"
    }
`

/** The company's server, and beside it, at port 5353, one that knows nothing of the company's names. */
const twoViews = `example.com:53 {
    errors
    file ${join(STATE, 'example.com.zone')} example.com
}
.:53 {
    errors
${denies}}
.:5353 {
    errors
${denies}}
`

/** Each server, asked often enough that its cache has let go several times, says both. */
async function isByTurns(lab: Lab): Promise<boolean> {
  const asker = onNode(lab, 'control-plane')
  const said = await Promise.all(
    (await corednsPods(lab)).map(async ({ ip }) => {
      const { stdout, stderr } = await asker.run(
        [
          'sh',
          '-c',
          'for i in 1 2 3 4 5 6 7 8; do busybox nslookup -type=a example.com. "$1"; sleep 1; done',
          'sh',
          ip,
        ],
        { timeoutMs: 20_000 },
      )
      return /NXDOMAIN/.test(stdout + stderr) && /198\.18\.0\.80/.test(stdout)
    }),
  )
  return said.length === 2 && said.every(Boolean)
}

export default coreDnsFault({
  name: 'dns-upstreams-differ',
  kind: 'fault',
  breaks: 'CoreDNS forwards to two servers, and one of them does not know the names of the company',
  symptom: 'a name outside the cluster is found and does not exist, by turns',
  cause: { code: 'DNS188', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await upstreamAnswers(lab, twoViews)
    // A cache that keeps an answer for a second alone: what takes users minutes shows within a probe.
    const text = (await corefileWith('    cache 30\n', '    cache 1\n')).replace(
      `forward . ${UPSTREAM_DNS.ip} {`,
      `forward . ${UPSTREAM_DNS.ip} ${UPSTREAM_DNS.ip}:5353 {`,
    )
    if ((await currentCorefile(lab)) === text) return
    await writeCorefile(lab, text)
    await restartServers(lab)
    await corednsServes(lab)
  },
  inEffect: isByTurns,
  undo: asItWas,
})
