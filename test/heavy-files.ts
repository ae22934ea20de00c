import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { isFull, today } from './build/effort.ts'

/**
 * Test files that take seconds each: they start programs, wait for what does not come, or read what is large.
 * `npm test` runs a twelfth of them, another each day, and those beside which something was changed; `.ci/run` runs
 * all. With each the seconds that it took on a busy machine of two cores, so that the days are alike.
 */
const secondsOf: Readonly<Record<string, number>> = {
  'lab/test/cases.test.ts': 3,
  'scripts/binary.test.ts': 30,
  'scripts/image.test.ts': 25,
  'scripts/package.test.ts': 6,
  'scripts/readme.test.ts': 26,
  'src/cli/completion/completion.test.ts': 9,
  'src/cli/ending.test.ts': 27,
  'src/cli/exit-codes.test.ts': 5,
  'src/cli/hostile.test.ts': 8,
  'src/cli/memory.test.ts': 31,
  'src/cli/monitor.test.ts': 20,
  'src/cli/odd-inputs.test.ts': 27,
  'src/cli/pipes.test.ts': 36,
  'src/cli/ui.test.ts': 14,
  'src/collect/project/many-labels.test.ts': 1,
  'src/kube/exec.test.ts': 7,
  'src/kube/limits.test.ts': 4,
  'src/kube/read-until.test.ts': 4,
  'src/mcp/mcp.test.ts': 7,
  'src/probe/capture/capture-run.test.ts': 6,
  'src/probe/capture/capture-script.test.ts': 6,
  'src/probe/inside/crossings.test.ts': 8,
  'src/probe/inside/inside-script.test.ts': 45,
  'src/probe/inside/inside.test.ts': 2,
  'src/probe/measure/run.test.ts': 9,
  'src/probe/plan/planted-shell.test.ts': 5,
  'src/probe/pod/contacts/between-asks.test.ts': 7,
  'src/probe/pod/contacts/connects.test.ts': 6,
  'src/probe/pod/contacts/http-asks.test.ts': 8,
  'src/probe/pod/dns/names.test.ts': 5,
  'src/probe/pod/node/mtu-answerer.test.ts': 6,
  'src/probe/pod/node/node-network.test.ts': 4,
  'src/probe/pod/resolve/resolve.test.ts': 4,
  'src/probe/pods/pods.test.ts': 7,
  'src/relations/ingress/unjudged-requests.test.ts': 1,
  'src/relations/policy/policy-speed.test.ts': 8,
  'src/relations/policy/probe-behind-policy.test.ts': 3,
  'src/relations/troubles/planted-answers.test.ts': 10,
  'src/report/planted-text.test.ts': 3,
  'src/report/quoted-text.test.ts': 5,
  'src/session/logs/tail.test.ts': 5,
  'src/session/monitor/monitor.test.ts': 20,
  'src/snapshot/planted-secrets.test.ts': 7,
  'src/snapshot/snapshot.test.ts': 9,
  'src/ui/serve.test.ts': 10,
  'test/browser-ui.test.ts': 20,
  'test/browser.test.ts': 8,
  'test/bundles.test.ts': 4,
  'test/docs-commands.test.ts': 24,
  'test/flavours/flavours.test.ts': 11,
  'test/fuzz/fuzz.test.ts': 49,
  'test/github-action.test.ts': 10,
  'test/json-shapes.test.ts': 7,
  'test/meta/each-one-answers.test.ts': 27,
  'test/meta/linear-readers.test.ts': 7,
  'test/renamed-cluster.test.ts': 4,
  'test/web/nginx.test.ts': 9,
  'test/web/real-servers.test.ts': 29,
}

export const heavyFiles: readonly string[] = Object.keys(secondsOf)

const turns = 12

/** The day of each: the longest first, each to the day that has least until then. */
const dayOf = evenly(secondsOf)

function evenly(seconds: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const days = Array.from({ length: turns }, () => 0)
  const longestFirst = Object.entries(seconds).toSorted(([, a], [, b]) => b - a)
  return new Map(
    longestFirst.map(([file, its]) => {
      const day = days.indexOf(Math.min(...days))
      days[day] = (days[day] ?? 0) + its
      return [file, day]
    }),
  )
}

/** Of these files, those that are left to another day. `changed`: paths from the root of the repository. */
export function leftOn(day: number, changed: readonly string[]): readonly string[] {
  const folders = new Set(changed.map((it) => dirname(it)))
  return heavyFiles.filter((it) => dayOf.get(it) !== day % turns && !folders.has(dirname(it)))
}

/** Those of this run: none where all are run, or where files were named. */
export function leftToday(): readonly string[] {
  return isFull || process.env['HOPSCOPE_TEST_EFFORT'] !== 'daily' ? [] : leftOn(today, changedFiles())
}

/** What is not committed; a copy without git has nothing of the kind. */
function changedFiles(): readonly string[] {
  try {
    const changed = execFileSync('git', ['status', '--porcelain', '--untracked-files=all'], { encoding: 'utf8' })
    return changed.split('\n').flatMap((it) => (it === '' ? [] : [it.slice(3).split(' -> ').at(-1) ?? '']))
  } catch {
    return []
  }
}
