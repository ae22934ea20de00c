import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { isFull, today } from './build/effort.ts'

/**
 * Test files that take seconds each: they start programs, wait for what does not come, or read what is large.
 * `npm test` runs a sixth of them, another each day, and those beside which something was changed; `.ci/run` runs all.
 */
export const heavyFiles: readonly string[] = [
  'lab/test/cases.test.ts',
  'scripts/binary.test.ts',
  'scripts/package.test.ts',
  'scripts/readme.test.ts',
  'src/cli/completion/completion.test.ts',
  'src/cli/ending.test.ts',
  'src/cli/exit-codes.test.ts',
  'src/cli/hostile.test.ts',
  'src/cli/memory.test.ts',
  'src/cli/odd-inputs.test.ts',
  'src/cli/pipes.test.ts',
  'src/cli/ui.test.ts',
  'src/collect/project/many-labels.test.ts',
  'src/kube/exec.test.ts',
  'src/kube/read-until.test.ts',
  'src/mcp/mcp.test.ts',
  'src/probe/capture/capture-run.test.ts',
  'src/probe/capture/capture-script.test.ts',
  'src/probe/inside/crossings.test.ts',
  'src/probe/inside/inside-script.test.ts',
  'src/probe/inside/inside.test.ts',
  'src/probe/measure/run.test.ts',
  'src/probe/plan/planted-shell.test.ts',
  'src/probe/pod/contacts/between-asks.test.ts',
  'src/probe/pod/contacts/connects.test.ts',
  'src/probe/pod/contacts/http-asks.test.ts',
  'src/probe/pod/dns/names.test.ts',
  'src/probe/pod/node/mtu-answerer.test.ts',
  'src/probe/pod/node/node-network.test.ts',
  'src/probe/pod/resolve/resolve.test.ts',
  'src/probe/pods/pods.test.ts',
  'src/relations/ingress/unjudged-requests.test.ts',
  'src/relations/policy/policy-speed.test.ts',
  'src/relations/policy/probe-behind-policy.test.ts',
  'src/relations/troubles/planted-answers.test.ts',
  'src/report/planted-text.test.ts',
  'src/report/quoted-text.test.ts',
  'src/session/logs/tail.test.ts',
  'src/snapshot/planted-secrets.test.ts',
  'src/snapshot/snapshot.test.ts',
  'src/ui/serve.test.ts',
  'test/browser-ui.test.ts',
  'test/bundles.test.ts',
  'test/docs-commands.test.ts',
  'test/flavours/flavours.test.ts',
  'test/fuzz/fuzz.test.ts',
  'test/github-action.test.ts',
  'test/meta/each-one-answers.test.ts',
  'test/meta/linear-readers.test.ts',
  'test/renamed-cluster.test.ts',
  'test/web/nginx.test.ts',
  'test/web/real-servers.test.ts',
]

const turns = 6

/** Of these files, those that are left to another day. `changed`: paths from the root of the repository. */
export function leftOn(day: number, changed: readonly string[]): readonly string[] {
  const folders = new Set(changed.map((it) => dirname(it)))
  return heavyFiles.filter((it, index) => (index + day) % turns !== 0 && !folders.has(dirname(it)))
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
