namespace Messaging.Cli.Output;

/// <summary>What the process ends with. Scripts rely on the numbers: they never change.</summary>
internal static class ExitCode
{
    /// <summary>All is well.</summary>
    public const int Ok = 0;

    /// <summary>The call, or what was asked of a queue, ended with a status that is not OK.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a body or a file can't be used. Nothing was sent.</summary>
    public const int Usage = 2;

    /// <summary>The broker can't be reached, or does not let us in.</summary>
    public const int NoBroker = 3;

    /// <summary><c>topology plan</c>: queues are missing.</summary>
    public const int ChangesNeeded = 4;

    /// <summary><c>topology</c>: a queue exists with other arguments.</summary>
    public const int Clash = 5;

    /// <summary><c>doctor</c>: a check failed on a broker that can be reached.</summary>
    public const int Unwell = 6;

    /// <summary>A question was answered with no, or could not be asked.</summary>
    public const int NotConfirmed = 7;

    /// <summary>Ctrl+C.</summary>
    public const int Interrupted = 130;
}
