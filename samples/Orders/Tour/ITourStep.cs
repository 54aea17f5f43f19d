namespace Orders.Tour;

/// <summary>One thing that the tour shows, and checks.</summary>
internal interface ITourStep
{
    /// <summary>What is shown, in a few words.</summary>
    string Title { get; }

    /// <summary>How long it may take. Default: 15 s.</summary>
    TimeSpan Limit => TimeSpan.FromSeconds(15);

    /// <summary>Does it.</summary>
    /// <returns>What was seen, in one line.</returns>
    /// <exception cref="UnexpectedException">It did not go as it should.</exception>
    Task<string> RunAsync(TourStage stage, CancellationToken ct);
}
