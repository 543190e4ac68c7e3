/** The child's half of `crew.ts`: answers what the bench asks, one method per question. */
type Task = (input: never) => unknown

export function serveTasks(tasks: Readonly<Record<string, Task>>): void {
  process.on('message', async ({ id, task, input }: { id: number; task: string; input: unknown }) => {
    try {
      const handler = tasks[task]
      if (!handler) throw new Error(`no task ${task}`)
      process.send?.({ id, output: await handler(input as never) })
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  // The bench is gone: nobody would ever end us.
  process.on('disconnect', () => process.exit(0))
}
