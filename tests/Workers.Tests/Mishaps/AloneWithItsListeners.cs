namespace Messaging.Mishaps;

/// <summary>Listeners belong to the process: one that throws keeps what it is told from those of other tests.</summary>
[CollectionDefinition(nameof(AloneWithItsListeners), DisableParallelization = true)]
public sealed class AloneWithItsListeners;
