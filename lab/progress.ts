/** One line a stage, with the seconds it took, on standard error: standard output is for what a command answers. */
export async function stage<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  process.stderr.write(`${title} ...`)
  try {
    const result = await work()
    process.stderr.write(` ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
    return result
  } catch (error) {
    process.stderr.write(' failed\n')
    throw error
  }
}
