import { zstdDecompressSync } from 'node:zlib'
import { Writable } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import { rawCluster } from '../../test/build/raw-cluster.ts'
import { secretKinds, secretWord } from '../../test/build/secrets.ts'
import { plant } from '../../test/build/plant.ts'
import { checks } from '../checks/registry.ts'
import { clusterOf } from '../collect/cluster-of.ts'
import { collect } from '../collect/collect.ts'
import { diagnose } from '../engine.ts'
import { refusal } from '../kube/failure.ts'
import { known, unknown } from '../model/known.ts'
import type { Model } from '../model/sources.ts'
import { readInside } from '../probe/inside/inside.ts'
import { json } from '../report/diagnosis/json.ts'
import { paint } from '../report/paint.ts'
import { text } from '../report/diagnosis/text.ts'
import { coreDnsSigns } from '../wire/coredns-log.ts'
import { fromOutside } from '../wire/outside.ts'
import { anonymize } from './anonymize.ts'
import { writeSnapshotTo } from './write.ts'

const kinds = secretKinds
const word = secretWord
const anyPlanted = fc.record(secretKinds)

/** In a Corefile: plugins that take keys, one that nobody knows, comments, and one without braces around its words. */
function corefileWith(secret: string): string {
  return `# old password ${secret}
.:53 {
    errors # ${secret}
    kubernetes cluster.local
    route53 example.com.:Z1 {
        aws_access_key ${secret} ${secret}
    }
    azure rg:zone {
        tenant ${secret}
        client_secret "${secret} x"
    }
    etcd {
        credentials root ${secret}
    }
    tsig {
        secret name. ${secret}
        secrets ${secret}
    }
    ours ${secret} {
        anything ${secret}
    }
    forward . https://u:${secret}@dns.example 10.0.0.1
}
`
}

async function hops(model: Model): Promise<string> {
  const chunks: Buffer[] = []
  const out = new Writable({ write: (chunk: Buffer, _encoding, done) => done(void chunks.push(chunk)) })
  await writeSnapshotTo(out, model, { t0: new Date(0) })
  return zstdDecompressSync(Buffer.concat(chunks)).toString('utf8')
}

async function allOutputs(model: Model): Promise<Readonly<Record<string, string>>> {
  const diagnosis = diagnose(model, { checks })
  return {
    model: JSON.stringify(model),
    text: text(diagnosis, { paint: paint({ colour: false, ascii: false, width: 110 }), detail: 'verbose', footer: [] }),
    json: json(diagnosis),
    file: await hops(model),
    anonymized: await hops(anonymize(model)),
  }
}

/** What stands beside it, for whoever has to fix it. */
function around(said: string, secret: string): string | null {
  const at = said.indexOf(secret)
  return at === -1 ? null : said.slice(Math.max(0, at - 60), at + secret.length + 20)
}

const scope = { namespace: null, target: { kind: 'everything' }, level: 'read' } as const

/** Where the API lets free text in. Names, labels and addresses have spellings of their own. */
const free =
  /\.(?:message|note|args\.\d+|command\.\d+|env\.\d+\.value|path|reason|kubectl\.kubernetes\.io\/last-applied-configuration)$|annotations\.example|configmaps\.1\.data/
const neverRead = /annotations\.(?!kubernetes\.io)|env\.\d+\.value|configmaps\.1\.data/

describe('secrets', () => {
  test('of every kind, in every free text of a cluster: none in the model, the texts or the files', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlanted, word, async (planted, plainWord) => {
        const all = Object.values(planted)
        let at = 0
        const raw = plant(rawCluster, (it, path) => {
          if (path.endsWith('Corefile')) return corefileWith(plainWord)
          // Nothing tells it from any other word: `mysql -pX`, `redis X`.
          if (/(?:^|\.)args\.0$/.test(path)) return `-p${plainWord}`
          if (/(?:^|\.)command\.0$/.test(path)) return plainWord
          if (neverRead.test(path)) return `${it} ${plainWord}`
          return free.test(`.${path}`) ? `${it} ${all[at++ % all.length]?.said ?? ''}` : it
        })
        const outputs = await allOutputs(await collect(clusterOf(raw), { scope }))
        for (const [where, said] of Object.entries(outputs))
          for (const secret of [plainWord, ...all.map((it) => it.secret)])
            expect(around(said, secret), where).toBeNull()
      }),
      { numRuns: runs(40) },
    )
  })

  /** Lists that fail, and sources that were refused: one for each secret that goes into a model. */
  const failing = ['namespaces', 'nodes', 'ingressclasses', 'configmaps', 'networkpolicies']
  const refused = ['contacts', 'dnsProbe', 'conntrack', 'outside', 'nameAnswers'] as const

  test.each(Object.entries(kinds))('%s, in what servers, logs and containers say', async (_kind, kind) => {
    // Five secrets in one model: it is the model's way into a file that costs the time.
    const some = fc.array(kind, { minLength: refused.length, maxLength: refused.length })
    await fc.assert(
      fc.asyncProperty(some, async (planted) => {
        const insides = planted.map(({ said }, index) => ({
          namespace: 'shop',
          pod: `web-${index}`,
          container: 'app',
          ...readInside(`@resolv\nnameserver 10.0.0.1\n# ${said}\n\n@end\n@done\n`, 'x', false),
        }))
        const logs = planted.map(({ said }, index) => ({
          pod: `coredns-${index}`,
          container: 'coredns',
          run: 'now' as const,
          lines: 1,
          signs: coreDnsSigns([`Corefile:3 - Error during parsing: ${said.replaceAll('\n', ' ')}`]),
        }))
        const refusals = planted.map(({ said }, index) => {
          const { why } = refusal(500, JSON.stringify({ message: `it failed: ${said}` }), 'list pods')
          return [refused[index], { known: false as const, why }] as const
        })
        const model = await collect(
          clusterOf(rawCluster, (plural) => {
            const said = planted[failing.indexOf(plural)]?.said
            return said === undefined ? null : unknown('failed', said)
          }),
          { scope },
        )
        const whole = fromOutside({
          ...model,
          sources: {
            ...model.sources,
            ...Object.fromEntries(refusals),
            insideViews: known(insides),
            dnsServerLogs: known(logs),
          },
        })
        for (const [where, output] of Object.entries(await allOutputs(whole)))
          for (const { secret } of planted) expect(around(output, secret), where).toBeNull()
      }),
      { numRuns: 3 },
    )
  })

  test('what is no secret stays', async () => {
    const model = await collect(clusterOf(rawCluster), { scope })
    // Of a command line, nothing stays that nobody reads.
    const said = JSON.stringify(model).replaceAll('"args":["[redacted]"]', '"args":[]')
    for (const it of [
      'web-1',
      'node-local-dns-1',
      'k8s.io/ingress-nginx',
      'registry.example/team/app:1',
      'containers with unready status: [app]',
      'kubernetes cluster.local in-addr.arpa ip6.arpa',
      'forward . /etc/resolv.conf',
      '/cart',
      'api.corp.example',
    ])
      expect(said).toContain(it)
    expect(said).not.toContain('[redacted]')
  })
})
