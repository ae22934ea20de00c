import { expect, test } from 'vitest'
import { checks } from '../src/checks/registry.ts'
import check from '../src/checks/dns/parallel-lookup-drop.ts'
import { diagnose } from '../src/engine.ts'
import { cluster, raceOn, racesPerNode } from '../test/build/dns-faults.ts'
import { conntrackOf } from '../test/build/lookups.ts'
import { modelOf } from '../test/describe-check.ts'
import { remedies } from '../src/remedies/registry.ts'
import {
  codePage,
  codeTable,
  dependencyGaps,
  remedyPage,
  remedyTable,
  withFlags,
  withTranscripts,
  withCoverage,
} from './gen-docs.ts'

test('a page has its facts under the title, and at the end what it looks like, that cause alone', () => {
  const model = modelOf(
    cluster({ network: raceOn('worker-2'), conntrack: [conntrackOf('worker-2', { insert_failed: racesPerNode })] }),
  )
  const page = codePage(check, '# DNS101 title\n\n## What it means\n\nText.\n', [
    { scenario: 'race', diagnosis: diagnose(model, { checks }) },
  ])
  expect(page).toMatch(/^<!-- .* -->\n# DNS101 title\n\n\| \| \|\n/)
  expect(page).toContain('| level | `--probe` |')
  expect(page).toContain('| surer with | `conntrack` (`--node-access`), ')
  expect(page).toContain('--from scenarios/race/snapshot.hops')
  expect(page).toMatch(/```\nDNS lookups stall for 5 s on node worker-2.*\n\n✗ error\[DNS101\]/)
  expect(page).not.toMatch(/not applicable|could not tell/)
  expect(page.endsWith('```\n')).toBe(true)
})

test('a page without a recording has no sample', () =>
  expect(codePage(check, '# DNS101 title\n', [])).not.toContain('What it looks like'))

test('the table has a row for each check', () => {
  expect(codeTable().match(/^\| \[[A-Z]{3}\d{3}\]/gm)).toHaveLength(checks.length)
})

test('a remedy has its facts under the title, and a row in the table', () => {
  const [first] = remedies
  if (first === undefined) throw new Error('no remedies')
  const page = remedyPage(first, `# ${first.id}: title\n\n## What it changes\n\nText.\n`)
  expect(page).toMatch(new RegExp(`^<!-- .* -->\n# ${first.id}: title\n\n\\| \\| \\|\n`))
  expect(page).toContain(`| cures | [${first.codes[0]}](../codes/${first.codes[0]}.md)`)
  expect(remedyTable().match(/^\| \[[a-z-]+\]/gm)).toHaveLength(remedies.length)
})

test('flag tables are put between the markers, and nowhere else', () => {
  const readme = withFlags('before\n<!-- flags -->\nold\n<!-- /flags -->\nafter\n')
  expect(readme).toMatch(/^before\n<!-- flags -->\n[\s\S]*\n<!-- \/flags -->\nafter\n$/)
  expect(readme).toContain('| `-o, --output <format>` | how to print the answer (text, json')
  expect(readme).toContain('; default `3m` |')
  expect(readme).not.toContain('old')
  expect(withFlags(readme)).toBe(readme)
  expect(withFlags('no markers')).toBe('no markers')
})

test('each run-time dependency is argued for, and no other', () => {
  const manifest = JSON.stringify({ bundled: ['yaml', 'ws'] })
  expect(dependencyGaps(manifest, '| `yaml` | kubeconfigs |\n| `left-pad` | because |\n')).toEqual([
    'docs/dependencies.md gives no reason for ws',
    'docs/dependencies.md tells of left-pad, which package.json does not have',
  ])
  expect(dependencyGaps(manifest, '| `yaml` | kubeconfigs |\n| `ws` | exec |\n')).toEqual([])
})

test('a transcript is put between its markers; without the file the text stays', () => {
  const readme = 'a\n<!-- transcript cure.txt -->\nold\n<!-- /transcript -->\nb\n'
  expect(withTranscripts(readme, (file) => (file === 'cure.txt' ? '$ x\n  y\n' : null))).toBe(
    'a\n<!-- transcript cure.txt -->\n\n```text\n$ x\n  y\n```\n\n<!-- /transcript -->\nb\n',
  )
  expect(withTranscripts(readme, () => null)).toBe(readme)
})

test('the coverage table is filled from what checks decide, and counts itself', () => {
  const page = [
    'Of the ways in which x breaks, 9 of 9 have a finding.',
    '| SVC-01 | a | — | Not yet: no check |',
    '| SVC-02 | b | SVC299 | how far |',
    '| SVC-03 | c | — | Out of sight: there |',
    '',
  ].join('\n')
  const decided = new Map([
    ['SVC-01', ['SVC201', 'SVC202']],
    ['SVC-02', ['SVC203']],
  ])
  expect(withCoverage(page, decided).split('\n')).toEqual([
    'Of the ways in which x breaks, 2 of 3 have a finding.',
    '| SVC-01 | a | SVC201, SVC202 | |',
    '| SVC-02 | b | SVC203 | how far |',
    '| SVC-03 | c | — | Out of sight: there |',
    '',
  ])
})
