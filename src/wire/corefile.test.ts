import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CorefilePlugin, clusterDomain, parseCorefile } from './corefile.ts'

const kubeadm = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 # seconds
    loop
    loadbalance
}
`

interface Written {
  name: string
  args: string[]
  block: Written[] | null
}

function print(it: Written, indent: string): string {
  const head = [
    it.name,
    ...it.args.map((arg) => (/^[a-z0-9./:_-]+$/.test(arg) ? arg : `"${arg.replaceAll('"', '\\"')}"`)),
  ].join(' ')
  return `${indent}${head}${it.block === null ? '' : ` {\n${it.block.map((inner) => print(inner, `${indent}  `)).join('')}${indent}}`}\n`
}

function bare(it: CorefilePlugin): Written {
  return { name: it.name, args: [...it.args], block: it.block?.map(bare) ?? null }
}

describe('Corefile', () => {
  test("kubeadm's own", () => {
    const { servers, problems } = parseCorefile(kubeadm)
    expect(problems).toEqual([])
    expect(servers).toHaveLength(1)
    expect(servers[0]?.keys).toEqual(['.:53'])
    expect(servers[0]?.plugins.map((it) => it.name)).toEqual([
      'errors',
      'health',
      'ready',
      'kubernetes',
      'prometheus',
      'forward',
      'cache',
      'loop',
      'loadbalance',
    ])
    expect(servers[0]?.plugins[5]).toEqual({
      name: 'forward',
      args: ['.', '/etc/resolv.conf'],
      line: 13,
      block: [{ name: 'max_concurrent', args: ['1000'], line: 14, block: null }],
    })
    expect(servers[0]?.plugins[6]).toEqual({ name: 'cache', args: ['30'], line: 16, block: null })
  })

  test('several servers, several keys, keys over lines, comments, quotes', () => {
    const { servers, problems } = parseCorefile(`# ours
corp.example:53, dns://other.example
{
  forward . 10.0.0.2
}
a.example,
b.example {
  template IN A {
    answer "{{ .Name }} 60 IN A \\"1.2.3.4\\""
  }
}`)
    expect(problems).toEqual([])
    expect(servers.map((it) => it.keys)).toEqual([
      ['corp.example:53', 'dns://other.example'],
      ['a.example', 'b.example'],
    ])
    expect(servers[1]?.plugins[0]?.block?.[0]?.args).toEqual(['{{ .Name }} 60 IN A "1.2.3.4"'])
    expect(servers[1]?.line).toBe(6)
  })

  test('snippets stand where they are imported, files stay imports', () => {
    const { servers } = parseCorefile(
      '(log) {\n  errors\n  log\n}\n. {\n  import log\n  import /etc/coredns/custom/*.override\n}',
    )
    expect(servers).toHaveLength(1)
    expect(servers[0]?.plugins.map((it) => it.name)).toEqual(['errors', 'log', 'import'])
  })

  test.each([
    ['before', 'import custom/*.server\n. {\n errors\n}\n'],
    ['after', '. {\n errors\n}\nimport custom/*.server'],
  ])('files imported %s the servers are no server', (_, text) => {
    const { servers, imports, problems } = parseCorefile(text)
    expect({ keys: servers.map((it) => it.keys), imports, problems }).toEqual({
      keys: [['.']],
      imports: ['custom/*.server'],
      problems: [],
    })
  })

  test('one server may leave out its braces', () => {
    expect(parseCorefile('.:53\nerrors\ncache 30').servers).toEqual([
      {
        keys: ['.:53'],
        line: 1,
        plugins: [
          { name: 'errors', args: [], line: 2, block: null },
          { name: 'cache', args: ['30'], line: 3, block: null },
        ],
      },
    ])
  })

  test.each([
    ['. {\n errors', 'never closed'],
    ['. {\n errors }\n}', 'no `{` before it'],
    ['. {\n log "x\n}', 'quote'],
    ['(a) {\n import a\n}\n. {\n import a\n}', 'imports itself'],
  ])('%j is read with a problem named', (text, problem) =>
    expect(
      parseCorefile(text)
        .problems.map((it) => it.text)
        .join(),
    ).toContain(problem),
  )

  test.each([
    [kubeadm, 'cluster.local'],
    ['.:53 {\n kubernetes in-addr.arpa k8s.corp.example. {\n }\n}', 'k8s.corp.example'],
    ['k8s.example:53 {\n kubernetes\n}', 'k8s.example'],
    ['. {\n kubernetes {$DOMAIN} in-addr.arpa\n}', 'cluster.local'],
    ['. {\n errors\n}', 'cluster.local'],
    ['', 'cluster.local'],
  ])('the domain of %j', (text, domain) => expect(clusterDomain(parseCorefile(text))).toBe(domain))

  const word = fc.stringMatching(/^[a-z0-9./:_-]{1,12}$/)
  const { plugin } = fc.letrec<{ plugin: Written }>((tie) => ({
    plugin: fc.record({
      name: fc.stringMatching(/^[a-hj-z][a-z0-9_]{0,8}$/),
      args: fc.array(fc.oneof(word, fc.stringMatching(/^[a-z #{}"\n]{0,10}$/)), { maxLength: 3 }),
      block: fc.option(fc.array(tie('plugin'), { maxLength: 3 }), { depthSize: 'small', nil: null }),
    }),
  }))

  test('what is printed is read back', () => {
    // After a line end in quotes the line goes on elsewhere, and a quoted brace is a brace: CoreDNS reads it so too.
    const oneLine = (it: Written): boolean =>
      it.args.every((arg) => !/\n|^[{}]$/.test(arg)) && (it.block ?? []).every(oneLine)
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            keys: fc.array(word, { minLength: 1, maxLength: 2 }),
            plugins: fc.array(plugin.filter(oneLine), { maxLength: 4 }),
          }),
          { maxLength: 3 },
        ),
        (servers) => {
          const text = servers
            .map((it) => `${it.keys.join(', ')} {\n${it.plugins.map((inner) => print(inner, '  ')).join('')}}\n`)
            .join('\n')
          const read = parseCorefile(text)
          expect(read.problems).toEqual([])
          expect(read.servers.map((it) => ({ keys: it.keys, plugins: it.plugins.map(bare) }))).toEqual(servers)
        },
      ),
    )
  })

  test('no text is too odd, and every line is one of the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-c {}"\n#,()\\]{0,200}$/)),
        (text) => {
          const { servers, problems } = parseCorefile(text)
          const last = text.split('\n').length
          return [...servers, ...problems].every((it) => it.line >= 1 && it.line <= last)
        },
      ),
    )
    expect(parseCorefile('a {\n'.repeat(20_000)).problems.length).toBeGreaterThan(0)
  })
})
