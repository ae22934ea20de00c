// docs/benchmark.md: what the last whole run of `npm run lab:test` saw.
import type { Result } from './result.ts'

export function benchmarkPage(results: readonly Result[], facts: { readonly upSeconds: number; readonly cpus: number; readonly kernel: string; readonly totalSeconds: number }): string {
  const groups = Map.groupBy(results, (it) => it.group)
  return [
    '# What the lab saw',
    '',
    '<!-- written by npm run lab:test: do not edit -->',
    '',
    `A real cluster on one machine with ${facts.cpus} cores, kernel ${facts.kernel}. The lab was up in ${facts.upSeconds.toFixed(0)} s from a warm cache; the whole run took ${(facts.totalSeconds / 60).toFixed(1)} min.`,
    'Each fault is injected into the cluster, `hopscope diagnose --probe --node-access` must name its known root cause first and claim no other error, and after it is taken back the diagnosis must be clean.',
    '',
    ...[...groups].flatMap(([group, its]) => [
      `## ${group}`,
      '',
      '| what | expected | got | seconds | verdict |',
      '|---|---|---|---:|---|',
      ...its.map((it) => `| ${it.name} | ${cell(it.expected)} | ${cell(it.got)} | ${it.seconds.toFixed(1)} | ${it.skipped ? 'not tried here' : it.passed ? 'passed' : '**failed**'} |`),
      '',
    ]),
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')
}
