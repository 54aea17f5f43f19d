using System.Globalization;

namespace Messaging.Faults.Overload;

/// <summary>What a party is told to do from now on.</summary>
/// <param name="Kind">How.</param>
/// <param name="Amount">Calls a second, or callers.</param>
internal readonly record struct LoadOrder(LoadKind Kind, double Amount)
{
    public static LoadOrder None => default;

    public static LoadOrder Open(double rate) => new(LoadKind.Open, rate);

    public static LoadOrder Closed(int callers) => new(LoadKind.Closed, callers);

    public static LoadOrder Parse(string text) => text.Split(' ') is [var kind, var amount]
        ? new LoadOrder(Enum.Parse<LoadKind>(kind), double.Parse(amount, CultureInfo.InvariantCulture))
        : throw new FormatException($"This is no load: '{text}'.");

    /// <summary>For people; <see cref="ToString"/> is for <see cref="Parse"/>.</summary>
    public string Describe() => Kind switch
    {
        LoadKind.Open => string.Create(CultureInfo.InvariantCulture, $"{Amount:N1} calls/s"),
        LoadKind.Closed => string.Create(CultureInfo.InvariantCulture, $"{Amount:N0} callers"),
        _ => "nothing",
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Amount}");
}

/// <summary>How calls are made.</summary>
internal enum LoadKind
{
    /// <summary>None is.</summary>
    None = 0,

    /// <summary>At a rate, whatever becomes of them.</summary>
    Open,

    /// <summary>By callers, each of which makes its next when its last has ended.</summary>
    Closed,
}
