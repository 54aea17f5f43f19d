namespace Messaging.Catalogue;

/// <summary>What a worker is and does right now.</summary>
/// <param name="Concurrency">How many calls and commands it may run at once.</param>
/// <param name="Running">How many handlers it runs.</param>
/// <param name="Draining">Whether it has stopped taking work.</param>
/// <param name="Refused">How many calls it has refused in time since it started.</param>
internal readonly record struct WorkerPresence(int Concurrency, int Running, bool Draining, long Refused);
