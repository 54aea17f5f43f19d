namespace Orders.Tour;

/// <summary>A step did not go as it should.</summary>
internal sealed class UnexpectedException(string what) : Exception(what)
{
    /// <summary>Throws unless <paramref name="holds"/>.</summary>
    public static void Unless(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnexpectedException(what);
        }
    }
}
