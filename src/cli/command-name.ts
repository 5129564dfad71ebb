/** What a command is called. */
export type CommandName =
  | 'verify'
  | 'bench'
  | 'explain'
  | 'plan'
  | 'call'
  | 'list'
  | 'describe'
  | 'report'
  | 'merge'
  | 'gate'
  | 'demo'
  | 'completion';
