"""Words of which the names of administrative acts are made, and words around them: evidence for the tagger. Only data.

All folded. They are taken from the fields of law of a one-stop unit; "|" stands between entries of several syllables.
"""

from __future__ import annotations

from typing import Final

# One syllable that begins an act whatever follows.
_ACT_WORDS = (
    "cap cat cham chat chuyen dao doi don ghi giam hoan hop huy khai lam lap mien mo nhan nhap rut sua tach thoi thue "
    "tra treo xay xin xoa"
)
ACT_WORDS: Final = frozenset(_ACT_WORDS.split())
# Pairs that begin an act where one syllable alone says too little.
_ACT_PAIRS = (
    "an tang|ban sao|bang lai|bao tu|bo sung|boi thuong|cai chinh|can cuoc|cao tuoi|cham dut|chap thuan|che do|"
    "chinh sua|chung thuc|chuyen doi|chuyen nhuong|cong bo|cong chung|cong nhan|dang ky|dau noi|dau thau|de nghi|"
    "di chuyen|di doi|dinh chinh|do dac|gia han|giai chap|giam ho|giay chung|giay doc|giay khai|giay phep|giay xac|"
    "ho chieu|ho kinh|ho tro|hoa giai|hoa tang|hoan thien|hoan thue|ket hon|khai sinh|khai thac|khai tu|khuyet tat|"
    "kiem dinh|kinh doanh|luu tru|ly hon|ly lich|mai tang|nguoi co|nhap khau|phieu ly|phuc hoi|quan su|sang ten|"
    "sao y|so do|so hong|tach ho|tach thua|tam ngung|tam tru|tam vang|tham gia|thanh lap|thay doi|the bao|the can|"
    "the chap|thong bao|thu hoi|thua ke|thuong tru|to chuc|trich luc|tro cap|van bang|xac dinh|xac nhan|xet tang|"
    "xuat khau"
)
ACT_PAIRS: Final = frozenset(_ACT_PAIRS.split("|"))
# What is done: verbs before an object.
_VERBS = (
    "an tang|ban|bao tu|bo nhiem|bo sung|boc|cai tao|cap|cap doi|cap lai|cat|cham dut|chat|chia|chinh sua|cho tang|"
    "cho thue|chon|chung thuc|chuyen|coi noi|cong bo|cong chung|cong nhan|dang ky|dao|dat|dau gia|dau noi|di chuyen|"
    "di doi|dinh chinh|do|do dac|do lai|doi|don|dong|dung|ghi chu|gia han|giai chap|giai the|giam|gop von|hoa giai|"
    "hoa tang|hoan|hop|huong|huy|ke khai|khai bao|khai thac|kham|khoan|kich hoat|lam|lam lai|lap|lap dat|mien|"
    "mien giam|mo|mua|mua ban|nang hang|nghi|ngung|nhan|nhap|nhap lai|nop|nuoi|pha do|rut|san lap|sang ten|sua|"
    "sua chua|sua lai|tach|tam ngung|tang|tang cho|thanh lap|thao do|the chap|thoi|thu hoi|thua ke|thue|to chuc|tra|"
    "treo|tro lai|trong|truy tang|tu choi|tuyen sinh|uy quyen|van chuyen|xac minh|xay|xet tang|xin|xoa"
)
VERBS: Final = frozenset(_VERBS.split("|"))
# What it is done to: papers, persons, things and fields that a procedure is about.
_OBJECTS = (
    "an tang|an toan thuc pham|ban chinh|ban cong|ban dich|ban sao|bang cap|bang diem|bang khen|bang lai|bang ron|"
    "bang tot nghiep|bao hiem|bao hiem y te|bao tro|bao ve thuc vat|ben bai|benh binh|bhyt|bia|bia do|bien ban|"
    "bien hieu|bien quang cao|bien so|bien so nha|bieu dien|binh gas|boi thuong|ca vet|cai nghien|cam do|camera|"
    "can cuoc|can ngheo|cao tuoi|cap nuoc|cat soi|cau lac bo|cay|cay xanh|cccd|cha me|chan nuoi|chat doc|"
    "che do|chinh sach|cho|chu dem|chu ho|chu ky|chua chay|chung chi|chung cu|chung minh|chuyen truong|cmnd|"
    "co so tho tu|con dau|con nuoi|cong|cong chung|cong to|cong trinh|cong ty|cu tru|cua hang|cuu chien binh|da cam|"
    "dan quan|dan toc|dang kiem|danh hieu|dat|dat dai|dat o|dat ruong|dat vuon|dau gia|dau noi|dau thau|dau tu|"
    "day them|de dieu|di chuc|di san|di tich|dien|dien tich|dinh danh|do xe|doanh nghiep|doc than|don than|don thu|"
    "dong huong|du an|gas|gia dinh van hoa|giam ho|giao dich|giay bao tu|giay chung nhan|giay goi|giay phep|giay to|"
    "giay uy quyen|giay xac nhan|gieng|gieng khoan|giet mo|gioi tinh|giong cay|gplx|hanh nghe|ho chieu|"
    "ho gia dinh|ho khau|ho kinh doanh|ho ngheo|ho ten|ho tich|hoa don|hoa giai|hoa qua|hoa tang|hoan canh kho khan|"
    "hoc ba|hoc bong|hoc lai|hoc phi|hoc sinh|hoi|homestay|hon nhan|hop dong|hop dong tang cho|hop tac xa|"
    "huan chuong|huy chuong|internet|karaoke|ket hon|khach san|khai sinh|khai thac|khai tu|kham tuyen|khau|"
    "khen thuong|khieu nai|khoang san|khuyet tat|kinh doanh|lai xe|lam san|lao dong|le hoi|liet si|long duong|lop|"
    "luat su|luong huu|luu tru|ly hon|ly lich|ma so thue|ma vach|mai che|mai nha|mai tang|mai ton|mam non|manh dat|"
    "manh vuon|mat bang|mau giao|may moc|mo|mo coi|mo to|moi truong|mon bai|nam sinh|ngay sinh|nghia trang|nghia vu|"
    "ngoai ngu|nguoi cao tuoi|nguoi co cong|nha cap|nha cong vu|nha cu|nha dat|nha hang|nha nghi|nha o|nha o xa hoi|"
    "nha tam|nha thuoc|nha tro|nha ve sinh|nhan hieu|nhap canh|nhap hoc|nhap ngu|nhom tre|noi o|nong nghiep|nong san|"
    "nuoc ngam|nuoc ngoai|nuoc sach|nuoc thai|o to|passport|pha do|phan bon|phao hoa|phieu ly lich|phieu so|"
    "phong chay|phong kham|phong tro|phu cap|phu hieu|quan|quan an|quan ca phe|quan pho|quan su|quang cao|que quan|"
    "quoc tich|quy|quy hoach|quyen su dung|ranh gioi|rung|ruou|sang che|sap|shop|sinh vien|so do|so ho khau|so hong|"
    "so nha|so yeu ly lich|spa|su dung dat|su kien|tai dinh cu|tai san|tam tru|tam vang|tang|tap hoa|tau|tau ca|"
    "ten dem|ten duong|thai san|than nhan|thanh nien xung phong|that nghiep|the bao hiem|the chap|the thao|thi thuc|"
    "tho cu|thoa thuan|thoat nuoc|thong hanh|thong tin|thu vien|thu y|thua|thua dat|thua ke|thuc pham|thue|thuoc la|"
    "thuoc tay|thuong binh|thuong hieu|thuong tru|thuy loi|thuy san|thuyen|tiem|tiem thuoc|tien su dung dat|"
    "tien thue|tieu hoc|tin hoc|tin nguong|tinh trang hon nhan|to cao|ton giao|tranh chap|trich luc|tro cap|"
    "trung hoc|trung tam|truong|tu phap|tu thuc|tuoi gia|tuong rao|tuyen sinh|uy quyen|van ban|van bang|van tai|"
    "vay von|ve sinh|via he|viec lam|visa|vneid|vu khi|xa hoi|xang dau|xay dung|xe|xe may|xuat canh"
)
OBJECTS: Final = frozenset(_OBJECTS.split("|"))
# Words that end the name of an act.
_STOP_WORDS = (
    "a ai anh bac ban bao can chi chua cua da dau de duoc em gap gi gium giup hay het hoi khi khong ko la lau len ma "
    "mang mat may minh muon nao neu ngay nhe nhieu nhiu nhu nop o online phai qua ra roi sao tai the thi thu tien toi "
    "tuc va vay viec voi vu xong"
)
STOP_WORDS: Final = frozenset(_STOP_WORDS.split())
# Words of the question around a name; some stand in names as well.
_FRAME_WORDS = (
    "a ai anh bac ban bao buoc cac can chau chi cho chua co con cua da dan dau de di dieu dinh don duoc em gap gi "
    "giay gio gium giup hay het ho hoi huong khai khi khong kien ko la lau le len ma mang mat mau may minh muon nao "
    "neu ngay nhe nhieu nhiu nhu nop o online phai phi qua quy ra roi sao so tai the thi thu tien to toi trinh tu tuc "
    "va van vay ve viec voi vu xin xong"
)
FRAME_WORDS: Final = frozenset(_FRAME_WORDS.split())
