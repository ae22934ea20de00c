/**
 * A Corefile, and whether CoreDNS 1.14.7 starts with it: each was tried, and the lab tries them again
 * (corefile-case.ts).
 */
export interface TriedCorefile {
  readonly name: string
  readonly text: string
  readonly starts: boolean
}

const root = (inside: string, after = ''): string =>
  `.:53 {\n    errors\n${inside}${inside === '' ? '' : '\n'}}\n${after}`
const forward = '    forward . 192.0.2.53'
/** Its API server answers nobody, which it does not wait for. */
const kubernetes = (more = '', zones = 'cluster.local in-addr.arpa ip6.arpa'): string =>
  `    kubernetes ${zones} {\n        endpoint http://127.0.0.1:1\n        startup_timeout 10ms\n` +
  `${more === '' ? '' : `        ${more}\n`}    }`

const starting: Readonly<Record<string, string>> = {
  'the usual one': root(
    `    health {\n       lameduck 5s\n    }\n    ready\n${kubernetes('pods insecure')}\n    prometheus :9153\n` +
      `${forward} {\n       max_concurrent 1000\n    }\n    cache 30\n    loop\n    reload\n    loadbalance`,
  ),
  'a brace too many at the end': `${root(forward)}}\n`,
  'keys joined by a comma': `a.example:53,b.example:53 {\n${forward}\n}\n`,
  'keys over lines': `a.example,\nb.example\n{\n${forward}\n}\n`,
  'a server without braces': '.:53\nerrors\nforward . 192.0.2.53\n',
  "a missing brace, behind a directive's": `.:53 {\n${forward}\n    health {\n       lameduck 5s\n    }\n`,
  'one line, an option of one word': root('    forward . 192.0.2.53 { max_concurrent 1000 }'),
  'an empty block': root('    health {\n    }'),
  'an empty block in one line': root('    cache { }'),
  'a comment within a word': root('    cache 30#seconds\n    forward . 192.0.2.53 # why'),
  'words behind a comment within a word': root(`${forward}\n    cache 30#s example.org`),
  'a snippet': `(common) {\n    errors\n    cache 30\n}\n.:53 {\n    import common\n${forward}\n}\n`,
  'a snippet within a snippet': `(a) {\n    cache 30\n}\n(b) {\n    import a\n    errors\n}\n.:53 {\n    import b\n}\n`,
  'a snippet within a plugin': [
    '(limits) {\n    max_concurrent 10\n}\n',
    `.:53 {\n${forward} {\n        import limits\n    }\n}\n`,
  ].join(''),
  'files that there are none of': [
    'import nowhere/*.server\n',
    root(`${forward}\n    import nowhere/*.override`),
    'import nowhere/*.server\n',
  ].join(''),
  'a stub zone': `corp.example:53 {\n    forward . 192.0.2.54\n}\n${root(forward)}`,
  'one zone at two ports': `${root(forward)}.:1053 {\n${forward}\n}\n`,
  'one zone over two transports': `${root(forward)}dns://corp.example {\n${forward}\n}\n`,
  'a network for a zone': `10.0.0.0/24 {\n${forward}\n}\n`,
  'health twice': root('    health :18080\n    health :18080'),
  'log twice': root('    log a.example\n    log b.example'),
  'forward twice': root('    forward a.example 192.0.2.54\n    forward . 192.0.2.53'),
  'a cache of a zone': root(`${forward}\n    cache 30s`),
  'a cache with rules': root(
    [
      forward,
      '    cache {',
      '        success 5000 30 5',
      '        denial 2500 10',
      '        prefetch 10 1m 10%',
      '        serve_stale 1h immediate',
      '        servfail 10s',
      '        disable success a.example',
      '        keepttl',
      '    }',
    ].join('\n'),
  ),
  'forward with all its words': root(
    [
      '    forward . 192.0.2.53 tls://192.0.2.54 {',
      '        except a.example b.example',
      '        policy sequential',
      '        health_check 5s no_rec domain a.example',
      '        expire 20s',
      '        max_fails 3',
      '        prefer_udp',
      '        max_concurrent 1000',
      '        next NXDOMAIN',
      '    }',
    ].join('\n'),
  ),
  'a name as the server': root('    forward . 127.0.0.1 {\n        tls_servername dns.example\n    }'),
  'an environment variable': root('    forward . {$NOWHERE}192.0.2.53'),
  'hosts with its lines': root(`    hosts {\n        192.0.2.1 a.example\n        fallthrough\n    }\n${forward}`),
  'a carriage return on each line': root(`${forward}\n    cache 30`).replaceAll('\n', '\r\n'),
  'a byte order mark': `\uFEFF${root(forward)}`,
  quotes: root('    template IN A a.example {\n        answer "{{ .Name }} 60 IN A 192.0.2.1"\n    }'),
  'the log of some': root('    log . {\n        class denial error\n    }'),
  'kubernetes alone': root(kubernetes()),
  'errors with its words': root('    cache 30').replace(
    '    errors\n',
    '    errors {\n        consolidate 5m ".* i/o timeout$" warning\n        stacktrace\n    }\n',
  ),
  'a view beside the rest':
    `.:53 {\n    view some {\n        expr type() == 'A'\n    }\n${forward}\n}\n` + root(forward),
  acl: root(`    acl {\n        block net 192.0.2.0/24\n    }\n${forward}`),
  'rewrite and autopath': root(
    `    rewrite name a.example b.example\n${kubernetes('pods verified')}\n    autopath @kubernetes\n${forward}`,
  ),
}

const refused: Readonly<Record<string, string>> = {
  'a brace that is missing': `.:53 {\n    errors\n${forward}\n`,
  'a brace of a plugin that is missing': `.:53 {\n${forward} {\n        max_concurrent 10\n    cache 30\n}\n`,
  'a brace of a plugin that is missing, before another server': [
    `.:53 {\n${forward} {\n        max_concurrent 10\n    cache 30\n}\n`,
    'a.example {\n    errors\n}\n',
  ].join(''),
  'a brace behind a word': root('    cache 30 }'),
  'a quote that is missing': root('    template IN A a.example {\n        answer "{{ .Name }}\n    }'),
  'entries of hosts behind fallthrough': root('    hosts {\n        fallthrough\n        192.0.2.1 a.example\n    }'),
  'a word too many for whoami': root('    whoami please'),
  'acl that neither allows nor blocks': root('    acl {\n        refuse net 10.0.0.0/8\n    }'),
  'a template of one word': root('    template IN {\n        answer "{{ .Name }} 60 IN A 192.0.2.1"\n    }'),
  'a timeout of no duration': root('    timeouts {\n        read soon\n    }'),
  'a view without a name': root("    view {\n        expr type() == 'A'\n    }"),
  'a transfer to nobody': root('    transfer {\n        to\n    }'),
  'a plugin misspelt': root('    foward . 192.0.2.53'),
  'a plugin that there is not': root('    nosuchplugin'),
  'a comma before the brace': `a.example, {\n${forward}\n}\n`,
  'a snippet that is not there': root('    import common'),
  'a snippet twice': `(a) {\n    errors\n}\n(a) {\n    errors\n}\n${root(forward)}`,
  'a snippet of itself': `(a) {\n    import a\n}\n.:53 {\n    import a\n}\n`,
  'an import of two': root('    import a b'),
  'a block in one line': root('    health { lameduck 5s }'),
  'the brace on the next line': root('    forward . 192.0.2.53\n    {\n        max_concurrent 10\n    }'),
  'two blocks for one zone': root(forward, root(forward)),
  'two blocks for one zone, the port left out': root(forward, `. {\n${forward}\n}\n`),
  'one zone twice in a block': `a.example A.example.:53 {\n${forward}\n}\n`,
  'a key that ends in a colon': `a.example: {\n${forward}\n}\n`,
  'a key with an empty label': `a..example {\n${forward}\n}\n`,
  'forward without a server': root('    forward .'),
  'forward without a zone': root('    forward 192.0.2.53'),
  'forward of nothing': root('    forward'),
  'forward to a comma': root('    forward . 192.0.2.53, 192.0.2.54'),
  'forward over QUIC': root('    forward . quic://192.0.2.53'),
  'forward by a policy that there is not': root(`${forward} {\n        policy fastest\n    }`),
  'forward with a word that there is not': root(`${forward} {\n        max_concurent 10\n    }`),
  'forward with a number that is none': root(`${forward} {\n        max_fails many\n    }`),
  'a variable that is empty for a server': root('    forward . {$NOWHERE}'),
  'cache 0': root('    cache 0'),
  'cache twice': root('    cache 30\n    cache 60'),
  'loop twice': root('    loop\n    loop'),
  'loop with a word': root('    loop on'),
  'errors twice': root('    errors'),
  'kubernetes twice': root(`${kubernetes()}\n${kubernetes('', 'other.local')}`),
  '`upstream` of kubernetes': root(kubernetes('upstream')),
  '`resyncperiod` of kubernetes': root(kubernetes('resyncperiod 5m')),
  'pods of a kind that there is not': root(kubernetes('pods sometimes')),
  'a ttl beyond an hour': root(kubernetes('ttl 3601')),
  '`proxy`': root('    proxy . 192.0.2.53'),
  'a port alone': root('    prometheus 9153'),
  'a duration without its unit': root('    health {\n        lameduck 5\n    }'),
  'a reload too often': root('    reload 1s'),
  'a class of log that there is not': root('    log {\n        class some\n    }'),
  'a way to balance that there is not': root('    loadbalance fair'),
}

export const triedCorefiles: readonly TriedCorefile[] = [
  ...Object.entries(starting).map(([name, text]) => ({ name, text, starts: true })),
  ...Object.entries(refused).map(([name, text]) => ({ name, text, starts: false })),
]
