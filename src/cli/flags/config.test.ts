import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ToolError } from '../../tool-error.ts'
import { clusterFlags } from './cluster.ts'
import { configFile, configured } from './config.ts'
import { probeFlags } from './probe.ts'
import { reportFlags } from './report.ts'

const folder = mkdtempSync(join(tmpdir(), 'hopscope-config-'))
const file = join(folder, 'config.yaml')
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => void vi.stubEnv('HOPSCOPE_CONFIG', file))

function flagsOf(config: string, line: string): Readonly<Record<string, unknown>> {
  writeFileSync(file, config)
  let flags: Readonly<Record<string, unknown>> = {}
  const program = new Command('hopscope').exitOverride().hook('preAction', (_, action) => {
    configured(action, configFile(process.env))
    flags = action.opts()
  })
  reportFlags(probeFlags(clusterFlags(program.command('diagnose')))).action(() => undefined)
  program
    .command('fix')
    .option('--yes')
    .option('--remedy <id>')
    .action(() => undefined)
  program.parse(line.split(' '), { from: 'user' })
  return flags
}

describe('a config file', () => {
  test.each<[string, string, Readonly<Record<string, unknown>>]>([
    ['image: registry.local/node:24', 'diagnose', { image: 'registry.local/node:24' }],
    ['image: registry.local/node:24', 'diagnose --image mine', { image: 'mine' }],
    ['probe-image: registry.local/node:24', 'diagnose', {}],
    ['request-timeout: 10s', 'diagnose', { requestTimeout: 10_000 }],
    ['exec: false', 'diagnose', { exec: false }],
    ['node: [a, b]', 'diagnose', { node: ['a', 'b'] }],
    ['node: a', 'diagnose --node b', { node: ['b'] }],
    ['context: prod', 'diagnose', { context: 'prod' }],
    ['output: yaml', 'diagnose', { output: 'yaml' }],
    ['remedy: x', 'diagnose', { output: 'text' }],
    ['', 'diagnose', { output: 'text' }],
  ])('%s with `%s`', (config, line, expected) => {
    if (config.startsWith('probe-image')) return expect(() => flagsOf(config, line)).toThrow(/no flag --probe-image/)
    expect(flagsOf(config, line)).toMatchObject(expected)
  })
  test.each([
    ['yes: true', /typed each time/],
    ['probe: true', /typed each time/],
    ['node-access: true', /typed each time/],
    ['contxt: prod', /no flag --contxt/],
    ['output: xml', /Allowed choices/],
    ['request-timeout: soon', /a duration is/],
    ['exec: maybe', /true or false/],
    ['context: {a: b}', /context/],
    ['- a', /config\.yaml/],
    ['a: [', /can't be read/],
  ])('%s is refused', (config, why) => {
    expect(() => flagsOf(config, 'diagnose')).toThrow(ToolError)
    expect(() => flagsOf(config, 'diagnose')).toThrow(why)
  })
  test('lies where the user has it, and need not be there unless it is named', () => {
    expect(configFile({ XDG_CONFIG_HOME: '/c' })).toBe('/c/hopscope/config.yaml')
    expect(configFile({ HOPSCOPE_CONFIG: '' })).toBe(null)
    expect(configFile({ HOPSCOPE_CONFIG: '/x' })).toBe('/x')
    rmSync(file, { force: true })
    vi.stubEnv('HOPSCOPE_CONFIG', undefined)
    vi.stubEnv('XDG_CONFIG_HOME', folder)
    const program = new Command('hopscope').exitOverride()
    const action = clusterFlags(program.command('diagnose'))
    expect(configured(action, configFile(process.env))).toEqual([])
    vi.stubEnv('HOPSCOPE_CONFIG', file)
    expect(() => configured(action, configFile(process.env))).toThrow(/can't be read/)
  })
})
