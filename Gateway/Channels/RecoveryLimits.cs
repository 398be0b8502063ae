namespace RealtimeGateway.Channels;

/// <summary>How much a subscriber is given of what it missed.</summary>
/// <param name="Publications">Missed publications of one channel at most; who missed more is told so instead.</param>
/// <param name="SeamBytes">Bytes that may be put into its queue at once, for which there is room when half of it is empty.</param>
internal sealed record RecoveryLimits(int Publications, int SeamBytes);
