namespace Messaging.Faults.Overload;

/// <summary>Makes a call by some door.</summary>
internal interface ICaller
{
    /// <summary>Makes one.</summary>
    /// <returns>How it ended, as <see cref="CallOutcome"/> says it.</returns>
    ValueTask<string> CallAsync();
}
