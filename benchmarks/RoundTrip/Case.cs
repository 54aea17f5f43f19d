using System.Globalization;
using Messaging.RoundTrip.CommandLine;

namespace Messaging.RoundTrip;

/// <summary>What is measured with every system: one point of a sweep.</summary>
/// <param name="PayloadBytes">The size of a request and of its reply, in bytes.</param>
/// <param name="Handler">How long a worker's handler takes.</param>
/// <param name="Workers">How many workers compete.</param>
/// <param name="Requesters">How many requesters share the callers.</param>
/// <param name="Callers">How many callers call, each waiting for its reply before its next call.</param>
internal sealed record Case(int PayloadBytes, TimeSpan Handler, int Workers, int Requesters, int Callers)
{
    /// <summary>For the progress: one line, in columns.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{PayloadBytes,6} B  handler {Duration.Format(Handler),5}  {Workers} workers  {Requesters} requesters  {Callers,4} callers");
}
