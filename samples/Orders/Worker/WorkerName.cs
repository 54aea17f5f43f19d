namespace Orders.Worker;

/// <summary>What a worker is called in replies and in the live view.</summary>
internal sealed record WorkerName(string Value);
