import { Command } from 'commander'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandFirst } from './command-line.ts'
import { clusterFlags } from './flags/cluster.ts'
import { probeFlags } from './flags/probe.ts'
import { reportFlags } from './flags/report.ts'

function program(): Command {
  const made = new Command('hopscope').version('0', '--version')
  const diagnose = reportFlags(probeFlags(clusterFlags(made.command('diagnose'))))
  diagnose.argument('[target...]').option('-l, --selector <labels>')
  const dns = reportFlags(probeFlags(clusterFlags(made.command('dns'))))
  clusterFlags(dns.command('capacity'))
  clusterFlags(made.command('watch')).argument('<what>')
  clusterFlags(made.command('resolve')).argument('<name>')
  probeFlags(clusterFlags(made.command('collect'))).argument('[target]')
  made.command('start').argument('[rest...]')
  return made
}

const rows: readonly (readonly [typed: string, meant: string])[] = [
  ['', 'diagnose'],
  ['-n shop', 'diagnose -n shop'],
  ['-n shop dns', 'dns -n shop'],
  ['-n dns', 'diagnose -n dns'],
  ['-nshop dns', 'dns -nshop'],
  ['-A dns', 'dns -A'],
  ['--context=a dns --probe', 'dns --context=a --probe'],
  ['--context a dns capacity -n x', 'dns capacity --context a -n x'],
  ['dns -n shop capacity', 'dns capacity -n shop'],
  ['--kubeconfig f watch dns', 'watch --kubeconfig f dns'],
  ['-n shop resolve cart', 'resolve -n shop cart'],
  ['svc/checkout', 'diagnose svc/checkout'],
  ['svc checkout -n shop', 'diagnose svc/checkout -n shop'],
  ['svc -n shop checkout', 'diagnose svc/checkout -n shop'],
  ['-n shop diagnose svc checkout', 'diagnose -n shop svc/checkout'],
  ['svc checkout -n shop cart', 'diagnose svc/checkout -n shop svc/cart'],
  ['diagnose svc/checkout deploy/cart', 'diagnose svc/checkout deploy/cart'],
  ['svc checkout deploy/cart', 'diagnose svc checkout deploy/cart'],
  ['-l app=web', 'diagnose -l app=web'],
  ['svc -l app=web -n shop', 'diagnose svc -l app=web -n shop'],
  ['svc,deploy -l app=web', 'diagnose svc,deploy -l app=web'],
  ['diagnose svc pods --selector=app=web', 'diagnose svc pods --selector=app=web'],
  ['svc,carts', 'svc,carts'],
  ['diagnose --only SVC201 svc/x', 'diagnose --only SVC201 svc/x'],
  ['collect Deployment web', 'collect Deployment/web'],
  ['https://web.example.com/cart', 'diagnose https://web.example.com/cart'],
  ['-n shop dsn', 'dsn -n shop'],
  ['-v=6 -n shop dns', 'dns -v -n shop'],
  ['-v 6 svc/cart', 'diagnose -v svc/cart'],
  ['--v=0 dns', 'dns'],
  ['--version', '--version'],
  ['--help', '--help'],
  ['help dns', 'help dns'],
  ['dns --help', 'dns --help'],
  ['start dns -n shop', 'start dns -n shop'],
]

test.each(rows)('`%s` means `%s`', (typed, meant) => {
  expect(
    commandFirst(
      typed.split(' ').filter((it) => it !== ''),
      program(),
    ).join(' '),
  ).toBe(meant)
})

test('flags mean the same before the command, behind it and between its words', () => {
  const flags = fc.constantFrom(
    ['-n', 'shop'],
    ['-n', 'dns'],
    ['-A'],
    ['--context', 'watch'],
    ['--kubeconfig=f'],
    ['--as', 'svc'],
  )
  const verb = fc.constantFrom(
    ['dns'],
    ['dns', 'capacity'],
    ['watch', 'dns'],
    ['resolve', 'cart'],
    ['svc/x'],
    ['diagnose', 'svc', 'x'],
  )
  fc.assert(
    fc.property(fc.array(flags, { maxLength: 3 }), verb, fc.nat(3), fc.nat(2), (its, words, cut, place) => {
      const [before, behind] = [its.slice(0, cut).flat(), its.slice(cut).flat()]
      const split = Math.min(place, words.length)
      const typed = [...words.slice(0, split), ...before, ...words.slice(split), ...behind]
      const meant = commandFirst([...words, ...its.flat()], program())
      // The order of words that are no flags, and that of flags with their values, are those of the plain line.
      expect(commandFirst(typed, program()).toSorted()).toEqual(meant.toSorted())
      expect(commandFirst(typed, program())[0]).toBe(meant[0])
      if (words[1] === 'capacity') expect(commandFirst(typed, program())[1]).toBe('capacity')
    }),
  )
})

test('a flag that may be given several times takes one value each time, and leaves the target alone', () => {
  const made = new Command().exitOverride()
  let seen: unknown = null
  reportFlags(probeFlags(clusterFlags(made.command('diagnose'))))
    .argument('[target]')
    .action(
      (target: string | undefined, { only, ignore, node }: { only?: unknown; ignore?: unknown; node?: unknown }) => {
        seen = { target, only, ignore, node }
      },
    )
  made.parse(['diagnose', '--only', 'SVC201', '--node', 'a', '--only', 'DNS101', 'svc/x', '--node', 'b'], {
    from: 'user',
  })
  expect(seen).toEqual({ target: 'svc/x', only: ['SVC201', 'DNS101'], ignore: undefined, node: ['a', 'b'] })
})
