import { Command, CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { probeFlags } from './probe.ts'

function given(...args: readonly string[]): unknown {
  const command = probeFlags(new Command().exitOverride().configureOutput({ writeErr: () => {} }))
  return command.parse(args, { from: 'user' }).opts()['probeName']
}

describe('--probe-name', () => {
  test('is a name outside the cluster', () => expect(given('--probe-name', 'www.example.org')).toBe('www.example.org'))

  test.each([
    '$(touch /tmp/x)',
    '-oProxyCommand=x',
    '',
    ' ',
    'a\u001b[2J.example',
    'localhost',
    `${'a.'.repeat(200)}b`,
  ])('is not %j', (name) => expect(() => given(`--probe-name=${name}`)).toThrow(CommanderError))
})
