using FsCheck;
using FsCheck.Fluent;

namespace Messaging.Mishaps;

/// <summary>What is asked of the service, and where it goes wrong.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="What">Where it goes wrong.</param>
/// <param name="Times">Up to which attempt; of commands.</param>
/// <param name="Number">The request's number.</param>
public sealed record Placement(Kind Kind, Mishap What, int Times, int Number)
{
    private static readonly Mishap[] _all = [.. Enum.GetValues<Mishap>().Where(static mishap => mishap != Mishap.Gate)];

    internal static Gen<Placement> Any { get; } =
        from kind in Gen.Frequency(
            (6, Gen.Constant(Kind.Call)),
            (1, Gen.Constant(Kind.Command)),
            (1, Gen.Constant(Kind.Urgent)),
            (1, Gen.Constant(Kind.Ordered)),
            (1, Gen.Constant(Kind.Stream)),
            (1, Gen.Constant(Kind.Upload)),
            (1, Gen.Constant(Kind.Exchange)))
        from what in Gen.Elements(_all)
        from times in Gen.Choose(1, 4)
        from number in Gen.Choose(0, 1000)
        select new Placement(kind, Fits(kind, what) ? what : Mishap.None, times, number);

    /// <summary>Whether nothing but the caller's deadline ends it.</summary>
    public bool Hangs => What is Mishap.CallbackThrows or Mishap.StopsBadly;

    /// <summary>Whether it is a command.</summary>
    public bool IsCommand => Kind is Kind.Command or Kind.Urgent or Kind.Ordered;

    // Nobody would ever stop a command that waits to be stopped.
    private static bool Fits(Kind kind, Mishap what) =>
        kind is not (Kind.Command or Kind.Urgent or Kind.Ordered) || what is not (Mishap.CallbackThrows or Mishap.StopsBadly);
}

public enum Kind
{
    Call = 0,
    Command,
    Urgent,
    Ordered,
    Stream,
    Upload,
    Exchange,
}
