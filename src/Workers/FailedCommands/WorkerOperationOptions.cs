namespace Messaging;

/// <summary>What one operation does differently from its service. What is null is as the service's.</summary>
public sealed class WorkerOperationOptions
{
    /// <summary>The command's retries, all of them: neither the contract's nor the service's count then.</summary>
    public CommandRetryOptions? CommandRetry { get; set; }
}
