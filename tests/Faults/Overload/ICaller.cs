namespace Messaging.Faults.Overload;

/// <summary>Makes a call by some door.</summary>
internal interface ICaller
{
    /// <summary>Makes one.</summary>
    ValueTask<CallEnd> CallAsync();
}

/// <summary>How a call ended.</summary>
/// <param name="Outcome">As <see cref="CallOutcome"/> says it.</param>
/// <param name="Detail">What was said about it; null for nothing.</param>
internal readonly record struct CallEnd(string Outcome, string? Detail = null);
