// Activity sources and meters belong to the process: a test would hear what another does meanwhile.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
