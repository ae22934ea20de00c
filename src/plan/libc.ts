import type { Cluster } from '../kube/cluster.ts'
import { shell } from '../kube/container-command.ts'
import type { Pod } from '../model/pod.ts'
import { type Subject, subjectKey } from '../model/subject.ts'
import { libcScript } from '../probe/inside/inside-script.ts'
import { workloadOfPod } from '../relations/workload-of-pod.ts'
import type { Libc } from '../remedies/remedy.ts'

/**
 * Which C library the containers of a workload use: seen inside one of its pods where probing is allowed, else by the
 * images' names. `unknown` where containers differ or nothing tells.
 */
export async function libcOf(
  cluster: Cluster,
  pods: readonly Pod[],
  workload: Subject,
  mayExec: boolean,
): Promise<Libc> {
  const own = pods.filter((it) => subjectKey(workloadOfPod(it)) === subjectKey(workload))
  const pod = own.find((it) => it.phase === 'Running' && it.ready) ?? own[0]
  if (pod === undefined) return 'unknown'
  const seen = mayExec ? await Promise.all(pod.containers.map((it) => inside(cluster, pod, it.name))) : []
  const told = seen.every((it) => it === 'unknown')
    ? pod.containers.map((it): Libc => (/alpine|musl/i.test(it.image) ? 'musl' : 'unknown'))
    : seen
  const [first = 'unknown'] = told
  return told.every((it) => it === first) ? first : 'unknown'
}

async function inside(cluster: Cluster, pod: Pod, container: string): Promise<Libc> {
  const ran = await cluster.exec(pod.namespace, pod.name, { container, command: shell(libcScript, 4), timeoutMs: 5000 })
  const words = ran.known ? ran.value.stdout.split(/\s+/) : []
  const [musl, glibc] = [words.includes('musl'), words.includes('glibc')]
  if (musl === glibc) return 'unknown'
  return musl ? 'musl' : 'glibc'
}
