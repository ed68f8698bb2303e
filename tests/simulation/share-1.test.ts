import { share } from './shard.ts'

share(1)
