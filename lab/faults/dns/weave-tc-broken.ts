// Seen: the API server takes the fused mount path as soon as a volume `lib-tc` is declared (without one it says `Not
// found:
// "lib-tc"`), the kubelet makes the folder `/usr/lib/tcvolumes:` in the container, and tc's table is not where it
// looks.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../../lab.ts'
import type { Fault } from '../fault.ts'
import { until } from '../../breaks/until.ts'

const NAMESPACE = 'kube-system'
const WEAVE = 'weave-net'

/** The copy that goes round in blogs, merged into Weave's DaemonSet by someone who then declared the missing volume. */
const container = {
  name: 'weave-tc',
  image: 'docker.io/library/busybox:1.36',
  imagePullPolicy: 'IfNotPresent',
  // What weave-tc's own script comes to, under `sh -e`, where tc finds no table: tc is not in the lab's image.
  command: [
    'sh',
    '-c',
    [
      'test -f /lib/tc/pareto.dist || {',
      'echo "No distribution data for pareto (/lib/tc//pareto.dist: No such file or directory)"; exit 1;',
      '}; while sleep 3600; do :; done',
    ].join(' '),
  ],
  securityContext: { privileged: true },
  volumeMounts: [
    { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
    { name: 'lib-tc', mountPath: '/usr/lib/tcvolumes:' },
  ],
}
const volume = { name: 'lib-tc', hostPath: { path: '/usr/lib/x86_64-linux-gnu/tc' } }

const fault: Fault = {
  name: 'weave-tc-broken',
  kind: 'fault',
  breaks: 'weave-tc was copied from a page that had lost a line end: `mountPath: /usr/lib/tcvolumes:`',
  symptom: 'the workaround for 5 s lookups was installed, and its container ends again and again',
  cause: { code: 'DNS124', subject: `DaemonSet/${NAMESPACE}/${WEAVE}` },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    await applyWeave(lab)
    await patch(lab, { containers: [container], volumes: [volume] })
    await until('weave-tc has ended for want of its table', async () => {
      const log = await lab
        .kubectl(['-n', NAMESPACE, 'logs', '-l', `name=${WEAVE}`, '-c', 'weave-tc', '--tail=1'])
        .catch(() => '')
      return log.includes('No distribution data for pareto')
    })
  },
  async takeBack(lab) {
    await removeWeave(lab)
  },
  async remove(lab) {
    await removeWeave(lab)
  },
}

/** Weave's DaemonSet with images of the lab; returns when its pods are ready. */
export async function applyWeave(lab: Lab): Promise<void> {
  await lab.kubectl(
    ['apply', '-f', '-'],
    await readFile(join(import.meta.dirname, '../../manifests/weave.yaml'), 'utf8'),
  )
  await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', `daemonset/${WEAVE}`, '--timeout=120s'])
}

export async function removeWeave(lab: Lab): Promise<void> {
  await lab.kubectl([
    '-n',
    NAMESPACE,
    'delete',
    'daemonset,serviceaccount',
    WEAVE,
    '--ignore-not-found',
    '--cascade=foreground',
    '--timeout=60s',
  ])
  await until(
    'no pod of Weave is left',
    async () =>
      (await lab.kubectl(['-n', NAMESPACE, 'get', 'pods', '-l', `name=${WEAVE}`, '-o', 'name'])).trim() === '',
  )
}

async function patch(lab: Lab, spec: object): Promise<void> {
  await lab.kubectl([
    '-n',
    NAMESPACE,
    'patch',
    'daemonset',
    WEAVE,
    '--patch',
    JSON.stringify({ spec: { template: { spec } } }),
  ])
}

export default fault
