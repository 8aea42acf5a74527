namespace CallCenterCrm.ServiceDefaults.Input;

/// <summary>How many entries a page has.</summary>
public static class PageSize
{
    private const int Usual = 100;
    private const int Largest = 500;

    /// <summary>What was asked for, or 100 for zero; anything but 0 to 500 is noted for the field <c>page_size</c>.</summary>
    public static int Read(int asked, Violations violations)
    {
        if (asked is < 0 or > Largest)
        {
            violations.Add("page_size", ViolationKey.OutOfRange, 1, Largest);
        }

        return asked == 0 ? Usual : asked;
    }
}
