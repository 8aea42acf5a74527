import type { ReactNode } from 'react';

export interface IconProps {
  size?: number;
}

const icon = (drawing: ReactNode) =>
  function Icon({ size = 18 }: IconProps) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    );
  };

const handset = 'M5 4h3.6l1.8 4.5-2.200 1.400a11 11 0 0 0 5.900 5.900l1.400-2.200L20 15.400V19a2 2 0 0 1-2 2A15 15 0 0 1 3 6a2 2 0 0 1 2-2z';

export const PhoneIcon = icon(<path d={handset} />);
export const PhoneInIcon = icon(<><path d={handset} /><path d="M20 4l-6 6M14 5.500V10h4.500" /></>);
export const PhoneOutIcon = icon(<><path d={handset} /><path d="M14 10l6-6M15.500 4H20v4.500" /></>);
export const PhoneMissedIcon = icon(<><path d={handset} /><path d="M14.500 4.500l5 5M19.500 4.500l-5 5" /></>);
export const PhoneInsideIcon = icon(<><path d={handset} /><path d="M14 7h6M17.500 4.500L20 7l-2.500 2.500" /></>);
export const CallbackIcon = icon(<><path d="M9 6h11M9 12h11M9 18h6" /><path d="M4 6l.8.8L6.300 5M4 12l.8.8L6.300 11M4 18l.8.8L6.300 17" /></>);
export const HistoryIcon = icon(<><path d="M4 12a8 8 0 1 0 2.500-5.800" /><path d="M4 4v4h4M12 8v4l3 2" /></>);
export const SearchIcon = icon(<><circle cx="11" cy="11" r="6.500" /><path d="M16 16l4.500 4.500" /></>);
export const SunIcon = icon(<><circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600L7 7M17 17l1.400 1.400M5.600 18.400L7 17M17 7l1.400-1.400" /></>);
export const MoonIcon = icon(<path d="M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z" />);
export const CloseIcon = icon(<path d="M6 6l12 12M18 6L6 18" />);
export const PlayIcon = icon(<path d="M8 5.500v13l10.500-6.500z" fill="currentColor" />);
export const PauseIcon = icon(<path d="M9 6v12M15 6v12" strokeWidth="3" />);
export const DownloadIcon = icon(<path d="M12 4v11M7.500 10.500L12 15l4.500-4.500M5 20h14" />);
export const UserIcon = icon(<><circle cx="12" cy="8" r="4" /><path d="M4.500 20a7.500 7.500 0 0 1 15 0" /></>);
export const CompanyIcon = icon(<path d="M5 21V4.500L14 3v18M14 9h5v12M3 21h18M8 8h2.500M8 12h2.500M8 16h2.500" />);
export const ClockIcon = icon(<><circle cx="12" cy="12" r="8.500" /><path d="M12 7.500V12l3 2" /></>);
export const ChevronIcon = icon(<path d="M7 10l5 5 5-5" />);
export const FoldIcon = icon(<path d="M9 6l6 6-6 6" />);
export const SoundIcon = icon(<path d="M4 10v4M8 7v10M12 4v16M16 8v8M20 10.500v3" />);
export const TakeIcon = icon(<path d="M4 8h11a4 4 0 0 1 4 4v7M8 4L4 8l4 4M15.500 15.500L19 19l3-3.500" />);
export const AlertIcon = icon(<><path d="M12 4l9 16H3z" /><path d="M12 10v4.500M12 17.200v.1" /></>);
export const SettingsIcon = icon(<><path d="M4 7h9M19 7h1M4 17h1M11 17h9" /><circle cx="16" cy="7" r="2.500" /><circle cx="8" cy="17" r="2.500" /></>);
export const UpIcon = icon(<path d="M12 19V5M6 11l6-6 6 6" />);
export const DownIcon = icon(<path d="M12 5v14M6 13l6 6 6-6" />);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const MessageIcon = icon(<><rect x="9" y="3.500" width="6" height="11" rx="3" /><path d="M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3" /></>);
export const HeadsetIcon = icon(<path d="M4 14v-2a8 8 0 0 1 16 0v2M4 14h3v5H5.500A1.500 1.500 0 0 1 4 17.500zM20 14h-3v5h1.500a1.500 1.500 0 0 0 1.500-1.500zM18 19c0 1.500-2 2.500-5 2.500" />);
export const KeypadIcon = icon(<path d="M6 6v.1M12 6v.1M18 6v.1M6 12v.1M12 12v.1M18 12v.1M6 18v.1M12 18v.1M18 18v.1" strokeWidth="3" />);
